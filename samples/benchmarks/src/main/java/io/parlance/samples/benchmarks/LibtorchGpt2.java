package io.parlance.samples.benchmarks;

import static io.parlance.samples.benchmarks.Workload.HEADS;
import static io.parlance.samples.benchmarks.Workload.HIDDEN;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** GPT-2's forward pass on libtorch, as fast as {@link LibtorchBert}. */
record LibtorchGpt2(LibtorchLayers layers) implements LibtorchModel {

  private static final String WORDS = "transformer.wte.weight";

  @Override
  public NDArray loss(NDManager manager, Workload.Batch batch) {
    NDArray ids = manager.create(batch.inputIds(), new Shape(Workload.BATCH, Workload.SEQUENCE));
    NDArray positions = manager.arange(0, Workload.SEQUENCE, 1, DataType.INT64);
    NDArray hidden =
        LibtorchLayers.rows(layers.parameter(WORDS), ids)
            .addi(LibtorchLayers.rows(layers.parameter("transformer.wpe.weight"), positions))
            .reshape(-1, HIDDEN);
    NDArray bias = LibtorchLayers.causalBias(manager);
    for (int i = 0; i < Workload.LAYERS; i++) {
      hidden = layer(hidden, "transformer.h." + i, bias);
    }
    NDArray last = norm(hidden, "transformer.ln_f");
    hidden.close();
    NDArray scores = LibtorchLayers.linear(last, layers.parameter(WORDS), null);
    last.close();
    return LibtorchLayers.causalLoss(scores, manager.create(batch.labels()));
  }

  /** One layer; releases its input. */
  private NDArray layer(NDArray x, String name, NDArray bias) {
    NDArray first = norm(x, name + ".ln_1");
    NDArray all = transposed(first, name + ".attn.c_attn");
    first.close();
    NDArray context =
        LibtorchLayers.attention(
            part(all, 0).mul(1 / Math.sqrt((double) HIDDEN / HEADS)),
            part(all, 1),
            part(all, 2),
            bias);
    all.close();
    NDArray attended = transposed(context, name + ".attn.c_proj").addi(x);
    context.close();
    x.close();
    NDArray second = norm(attended, name + ".ln_2");
    NDArray inner = transposed(second, name + ".mlp.c_fc");
    second.close();
    NDArray activated = inner.getNDArrayInternal().gelu();
    inner.close();
    NDArray output = transposed(activated, name + ".mlp.c_proj").addi(attended);
    activated.close();
    attended.close();
    return output;
  }

  private static NDArray part(NDArray all, int index) {
    return all.get(new NDIndex(":, {}:{}", index * HIDDEN, (index + 1) * HIDDEN));
  }

  /** {@code x W + b}: GPT-2 stores its weights as [in, out]. */
  private NDArray transposed(NDArray x, String name) {
    NDArray weight = layers.parameter(name + ".weight").transpose();
    return LibtorchLayers.linear(x, weight, layers.parameter(name + ".bias"));
  }

  private NDArray norm(NDArray x, String name) {
    return layers.layerNorm(x, name, Workload.LAYER_NORM_EPSILON);
  }
}
