package io.parlance.samples.benchmarks;

import static io.parlance.samples.benchmarks.Workload.BATCH;
import static io.parlance.samples.benchmarks.Workload.HEADS;
import static io.parlance.samples.benchmarks.Workload.HIDDEN;
import static io.parlance.samples.benchmarks.Workload.LAYERS;
import static io.parlance.samples.benchmarks.Workload.SEQUENCE;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * BERT's forward pass on libtorch, written to be fast there: fused linear, layer norm, GELU and
 * softmax kernels, sums in place wherever the backward pass allows it, and each intermediate result
 * released as soon as at most the backward pass needs it. DJL exposes no fused attention.
 */
final class LibtorchBert {

  private static final int HEAD_SIZE = HIDDEN / HEADS;

  private final TrainingTask task;
  private final Map<String, NDArray> parameters;

  /**
   * A model.
   *
   * @param parameters by their Hugging Face names; looked up anew in each pass
   */
  LibtorchBert(TrainingTask task, Map<String, NDArray> parameters) {
    this.task = task;
    this.parameters = parameters;
  }

  /**
   * The mean cross entropy of a batch.
   *
   * @param manager owns what is made on the way
   */
  NDArray loss(NDManager manager, Workload.Batch batch) {
    NDArray labels = manager.create(batch.labels());
    NDArray hidden = encode(manager, batch);
    return switch (task) {
      case CLASSIFIER, CLASSIFIER_FIRST_TOKEN -> {
        NDArray pooled = linear(hidden, "bert.pooler.dense").tanh();
        yield crossEntropy(linear(pooled, "classifier"), labels).mean();
      }
      case MASKED_LM -> crossEntropy(predictions(hidden), labels).mean();
      case MASKED_LM_GATHERED -> {
        NDArray scored = rows(hidden, manager.create(batch.maskedPositions()));
        hidden.close();
        yield crossEntropy(predictions(scored), labels).mean();
      }
      case CAUSAL_LM -> {
        // position i predicts label i + 1, the last one nothing
        NDArray next = labels.reshape(BATCH, SEQUENCE);
        next = next.get(new NDIndex(":, 1:")).concat(next.get(new NDIndex(":, :1")), 1);
        NDArray losses = crossEntropy(predictions(hidden), next.reshape(-1));
        yield losses.reshape(BATCH, SEQUENCE).get(new NDIndex(":, :-1")).mean();
      }
    };
  }

  /**
   * The last hidden states: [batch * sequence, hidden]; for classifiers [batch, hidden], those of
   * the first tokens.
   */
  private NDArray encode(NDManager manager, Workload.Batch batch) {
    NDArray ids = manager.create(batch.inputIds(), new Shape(BATCH, SEQUENCE));
    NDArray positions = manager.arange(0, SEQUENCE, 1, DataType.INT64);
    NDArray segment = manager.create(new long[1]);
    NDArray sum =
        rows(parameter("bert.embeddings.word_embeddings.weight"), ids)
            .addi(rows(parameter("bert.embeddings.position_embeddings.weight"), positions))
            .addi(rows(parameter("bert.embeddings.token_type_embeddings.weight"), segment));
    NDArray hidden = normalize(sum.reshape(-1, HIDDEN), "bert.embeddings.LayerNorm");
    sum.close();
    NDArray bias = task == TrainingTask.CAUSAL_LM ? causalBias(manager) : null;
    for (int i = 0; i < LAYERS; i++) {
      boolean first = i == LAYERS - 1 && task == TrainingTask.CLASSIFIER_FIRST_TOKEN;
      hidden = layer(hidden, "bert.encoder.layer." + i, bias, first);
    }
    return task == TrainingTask.CLASSIFIER ? firstTokens(hidden) : hidden;
  }

  private static NDArray firstTokens(NDArray hidden) {
    return hidden.reshape(BATCH, SEQUENCE, HIDDEN).get(new NDIndex(":, 0"));
  }

  /** One layer; releases its input. */
  private NDArray layer(NDArray keys, String name, @Nullable NDArray bias, boolean firstOnly) {
    NDArray queries = firstOnly ? firstTokens(keys) : keys;
    NDArray context = attention(queries, keys, name + ".attention.self.", bias);
    NDArray projected = linear(context, name + ".attention.output.dense").addi(queries);
    context.close();
    keys.close();
    queries.close();
    NDArray attended = normalize(projected, name + ".attention.output.LayerNorm");
    NDArray inner = linear(attended, name + ".intermediate.dense");
    NDArray activated = inner.getNDArrayInternal().gelu();
    inner.close();
    NDArray output = linear(activated, name + ".output.dense").addi(attended);
    activated.close();
    attended.close();
    return normalize(output, name + ".output.LayerNorm");
  }

  private NDArray attention(
      NDArray queries, NDArray keys, String name, @Nullable NDArray additiveMask) {
    long length = queries.getShape().get(0) / BATCH;
    NDArray scaled = linear(queries, name + "query").muli(1 / Math.sqrt(HEAD_SIZE));
    NDArray q = scaled.reshape(BATCH, length, HEADS, HEAD_SIZE).transpose(0, 2, 1, 3);
    NDArray k =
        linear(keys, name + "key").reshape(BATCH, SEQUENCE, HEADS, HEAD_SIZE).transpose(0, 2, 3, 1);
    NDArray v =
        linear(keys, name + "value")
            .reshape(BATCH, SEQUENCE, HEADS, HEAD_SIZE)
            .transpose(0, 2, 1, 3);
    NDArray scores = q.matMul(k); // [batch, heads, length, sequence]
    if (additiveMask != null) {
      scores.addi(additiveMask);
    }
    NDArray weights = scores.softmax(-1);
    scores.close();
    NDArray context = weights.matMul(v);
    weights.close();
    NDArray merged = context.transpose(0, 2, 1, 3).reshape(BATCH * length, HIDDEN);
    context.close();
    return merged;
  }

  /** [sequence, sequence]: minus infinity above the diagonal. */
  private static NDArray causalBias(NDManager manager) {
    float[] bias = new float[SEQUENCE * SEQUENCE];
    for (int row = 0; row < SEQUENCE; row++) {
      for (int column = row + 1; column < SEQUENCE; column++) {
        bias[row * SEQUENCE + column] = Float.NEGATIVE_INFINITY;
      }
    }
    return manager.create(bias, new Shape(SEQUENCE, SEQUENCE));
  }

  /** Scores over the vocabulary by the decoder that shares the word embeddings. */
  private NDArray predictions(NDArray hidden) {
    NDArray dense = linear(hidden, "cls.predictions.transform.dense");
    hidden.close();
    NDArray activated = dense.getNDArrayInternal().gelu();
    dense.close();
    NDArray transformed = normalize(activated, "cls.predictions.transform.LayerNorm");
    NDArray scores =
        linear(
            transformed,
            parameter("bert.embeddings.word_embeddings.weight"),
            parameter("cls.predictions.bias"));
    transformed.close();
    return scores;
  }

  /** The cross entropy of each row; releases the scores. */
  private static NDArray crossEntropy(NDArray scores, NDArray labels) {
    NDArray logProbabilities = scores.logSoftmax(-1);
    scores.close();
    NDArray losses = logProbabilities.gather(labels.expandDims(1), 1).neg();
    logProbabilities.close();
    return losses;
  }

  private NDArray linear(NDArray x, String name) {
    return linear(x, parameter(name + ".weight"), parameter(name + ".bias"));
  }

  private static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
    return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
  }

  /** Layer normalization; releases its input. */
  private NDArray normalize(NDArray x, String name) {
    NDArray result =
        x.getNDArrayInternal()
            .layerNorm(
                x,
                new Shape(HIDDEN),
                parameter(name + ".weight"),
                parameter(name + ".bias"),
                Workload.LAYER_NORM_EPSILON)
            .singletonOrThrow();
    x.close();
    return result;
  }

  private static NDArray rows(NDArray table, NDArray indexes) {
    return indexes
        .getNDArrayInternal()
        .embedding(indexes, table, SparseFormat.DENSE)
        .singletonOrThrow();
  }

  private NDArray parameter(String name) {
    NDArray parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalStateException(
          "no parameter " + name + "; there are " + parameters.keySet());
    }
    return parameter;
  }
}
