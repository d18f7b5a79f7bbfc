package io.parlance.samples.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the models on libtorch are made of, by its fused kernels where DJL exposes them.
 *
 * @param parameters by their Hugging Face names; looked up anew in each pass
 */
record LibtorchLayers(Map<String, NDArray> parameters) {

  private static final int HEADS = Workload.HEADS;
  private static final int HEAD_SIZE = Workload.HIDDEN / HEADS;

  NDArray parameter(String name) {
    NDArray parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalStateException(
          "no parameter " + name + "; there are " + parameters.keySet());
    }
    return parameter;
  }

  /** {@code x W' + b}. */
  NDArray linear(NDArray x, String name) {
    return linear(x, parameter(name + ".weight"), parameter(name + ".bias"));
  }

  static NDArray linear(NDArray x, NDArray weight, @Nullable NDArray bias) {
    return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
  }

  /** Layer normalization; its input is left to the caller. */
  NDArray layerNorm(NDArray x, String name, float epsilon) {
    return x.getNDArrayInternal()
        .layerNorm(
            x,
            new Shape(Workload.HIDDEN),
            parameter(name + ".weight"),
            parameter(name + ".bias"),
            epsilon)
        .singletonOrThrow();
  }

  static NDArray rows(NDArray table, NDArray indexes) {
    return indexes
        .getNDArrayInternal()
        .embedding(indexes, table, SparseFormat.DENSE)
        .singletonOrThrow();
  }

  /**
   * Attention; releases what it is given but the bias.
   *
   * @param queries [batch * length, hidden], scaled
   * @param bias added to the scores [batch, heads, length, keys]
   * @return [batch * length, hidden]
   */
  static NDArray attention(NDArray queries, NDArray keys, NDArray values, @Nullable NDArray bias) {
    NDArray scores;
    try (NDArray q = heads(queries, 0, 2, 1, 3);
        NDArray k = heads(keys, 0, 2, 3, 1)) {
      scores = q.matMul(k);
    }
    if (bias != null) {
      scores.addi(bias);
    }
    NDArray weights = scores.softmax(-1);
    scores.close();
    NDArray context;
    try (NDArray v = heads(values, 0, 2, 1, 3)) {
      context = weights.matMul(v);
    }
    weights.close();
    NDArray merged = context.transpose(0, 2, 1, 3).reshape(-1, Workload.HIDDEN);
    context.close();
    return merged;
  }

  /** [batch, length, heads, size] with its axes in this order; releases what it is given. */
  private static NDArray heads(NDArray x, int... axes) {
    try (x;
        NDArray split = x.reshape(Workload.BATCH, -1, HEADS, HEAD_SIZE)) {
      return split.transpose(axes);
    }
  }

  /** [sequence, sequence]: minus infinity above the diagonal. */
  static NDArray causalBias(NDManager manager) {
    int length = Workload.SEQUENCE;
    float[] bias = new float[length * length];
    for (int row = 0; row < length; row++) {
      for (int column = row + 1; column < length; column++) {
        bias[row * length + column] = Float.NEGATIVE_INFINITY;
      }
    }
    return manager.create(bias, new Shape(length, length));
  }

  /** The cross entropy of each row; releases the scores. */
  static NDArray crossEntropy(NDArray scores, NDArray labels) {
    NDArray logProbabilities = scores.logSoftmax(-1);
    scores.close();
    NDArray losses = logProbabilities.gather(labels.expandDims(1), 1).neg();
    logProbabilities.close();
    return losses;
  }

  /** The mean cross entropy where position i predicts label i + 1, and the last one nothing. */
  static NDArray causalLoss(NDArray scores, NDArray labels) {
    NDArray next = labels.reshape(Workload.BATCH, Workload.SEQUENCE);
    next = next.get(new NDIndex(":, 1:")).concat(next.get(new NDIndex(":, :1")), 1);
    NDArray losses = crossEntropy(scores, next.reshape(-1));
    return losses.reshape(Workload.BATCH, Workload.SEQUENCE).get(new NDIndex(":, :-1")).mean();
  }
}
