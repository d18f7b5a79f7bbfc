package io.parlance.samples.benchmarks;

import static io.parlance.samples.benchmarks.Workload.HIDDEN;
import static io.parlance.samples.benchmarks.Workload.SEQUENCE;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/**
 * T5's forward pass on libtorch, as fast as {@link LibtorchBert}; libtorch's fused root mean square
 * norm is not exposed by DJL.
 */
record LibtorchT5(LibtorchLayers layers) implements LibtorchModel {

  private static final int BUCKETS = 32;
  private static final int MAXIMUM_DISTANCE = 128;
  private static final double EPSILON = 1e-6;

  @Override
  public NDArray loss(NDManager manager, Workload.Batch batch) {
    NDArray source = encode(manager, batch.inputIds());
    NDArray states = decode(manager, shifted(batch.labels()), source);
    source.close();
    NDArray scaled = states.muli(1 / Math.sqrt(HIDDEN));
    NDArray scores = LibtorchLayers.linear(scaled, layers.parameter("shared.weight"), null);
    scaled.close();
    return LibtorchLayers.crossEntropy(scores, manager.create(batch.labels())).mean();
  }

  /** The decoder's input: each target one place later, behind the start token 0. */
  private static long[] shifted(long[] labels) {
    long[] shifted = new long[labels.length];
    for (int i = 0; i < labels.length; i++) {
      shifted[i] = i % SEQUENCE == 0 ? 0 : labels[i - 1];
    }
    return shifted;
  }

  private NDArray encode(NDManager manager, long[] ids) {
    NDArray bias = distances(manager, "encoder", true);
    NDArray hidden = words(manager, ids);
    for (int i = 0; i < Workload.LAYERS; i++) {
      String block = "encoder.block." + i + ".layer.";
      hidden = attend(hidden, null, block + "0", "SelfAttention", bias);
      hidden = feedForward(hidden, block + "1");
    }
    return last(hidden, "encoder");
  }

  private NDArray decode(NDManager manager, long[] ids, NDArray source) {
    NDArray bias = distances(manager, "decoder", false).add(LibtorchLayers.causalBias(manager));
    NDArray hidden = words(manager, ids);
    for (int i = 0; i < Workload.LAYERS; i++) {
      String block = "decoder.block." + i + ".layer.";
      hidden = attend(hidden, null, block + "0", "SelfAttention", bias);
      hidden = attend(hidden, source, block + "1", "EncDecAttention", null);
      hidden = feedForward(hidden, block + "2");
    }
    return last(hidden, "decoder");
  }

  private NDArray words(NDManager manager, long[] ids) {
    return LibtorchLayers.rows(layers.parameter("shared.weight"), manager.create(ids));
  }

  private NDArray last(NDArray hidden, String stack) {
    NDArray last = norm(hidden, stack + ".final_layer_norm.weight");
    hidden.close();
    return last;
  }

  /** A sublayer of attention to itself or to the source; releases its input. */
  private NDArray attend(
      NDArray x, @Nullable NDArray source, String layer, String name, @Nullable NDArray bias) {
    NDArray normed = norm(x, layer + ".layer_norm.weight");
    NDArray read = source == null ? normed : source;
    String attention = layer + "." + name + ".";
    NDArray context =
        LibtorchLayers.attention(
            product(normed, attention + "q"),
            product(read, attention + "k"),
            product(read, attention + "v"),
            bias);
    normed.close();
    NDArray output = product(context, attention + "o").addi(x);
    context.close();
    x.close();
    return output;
  }

  /** The feed-forward sublayer; releases its input. */
  private NDArray feedForward(NDArray x, String layer) {
    NDArray normed = norm(x, layer + ".layer_norm.weight");
    NDArray inner = product(normed, layer + ".DenseReluDense.wi");
    normed.close();
    NDArray activated = inner.getNDArrayInternal().relu();
    inner.close();
    NDArray output = product(activated, layer + ".DenseReluDense.wo").addi(x);
    activated.close();
    x.close();
    return output;
  }

  private NDArray product(NDArray x, String name) {
    return LibtorchLayers.linear(x, layers.parameter(name + ".weight"), null);
  }

  private NDArray norm(NDArray x, String weight) {
    // by the length of the rows, which libtorch reads and differentiates in one pass each
    NDArray length = x.norm(new int[] {-1}, true);
    NDArray scale = length.square().muli(1.0 / HIDDEN).addi(EPSILON).pow(-0.5);
    NDArray normed = x.mul(scale);
    NDArray weighted = normed.mul(layers.parameter(weight));
    normed.close();
    return weighted;
  }

  /** What is learned for each distance, [1, heads, queries, keys]. */
  private NDArray distances(NDManager manager, String stack, boolean bothWays) {
    long[] buckets = new long[Workload.HEADS * SEQUENCE * SEQUENCE];
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = bucket(i / SEQUENCE % SEQUENCE - i % SEQUENCE, bothWays);
    }
    NDArray table =
        layers.parameter(stack + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight");
    Shape rows = new Shape(Workload.HEADS, (long) SEQUENCE * SEQUENCE);
    return table
        .transpose()
        .gather(manager.create(buckets, rows), 1)
        .reshape(1, Workload.HEADS, SEQUENCE, SEQUENCE);
  }

  /** As Raffel et al. define it: exact when near, logarithmic when far. */
  private static long bucket(int distance, boolean bothWays) {
    int count = bothWays ? BUCKETS / 2 : BUCKETS;
    int away = bothWays ? Math.abs(distance) : Math.max(distance, 0);
    int exact = count / 2;
    long bucket =
        away < exact
            ? away
            : Math.min(
                count - 1,
                exact
                    + (long)
                        ((float) Math.log((float) away / exact)
                            / (float) Math.log((double) MAXIMUM_DISTANCE / exact)
                            * (count - exact)));
    return bothWays && distance < 0 ? bucket + count : bucket;
  }
}
