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
import org.jspecify.annotations.Nullable;

/**
 * BERT's forward pass on libtorch, written to be fast there: fused linear, layer norm, GELU and
 * softmax kernels, sums in place wherever the backward pass allows it, and each intermediate result
 * released as soon as at most the backward pass needs it. DJL exposes no fused attention.
 */
final class LibtorchBert implements LibtorchModel {

  private static final int HEAD_SIZE = HIDDEN / HEADS;

  private final TrainingTask task;
  private final LibtorchLayers layers;

  LibtorchBert(TrainingTask task, LibtorchLayers layers) {
    this.task = task;
    this.layers = layers;
  }

  @Override
  public NDArray loss(NDManager manager, Workload.Batch batch) {
    NDArray labels = manager.create(batch.labels());
    NDArray hidden = encode(manager, batch);
    return switch (task) {
      case CLASSIFIER, CLASSIFIER_FIRST_TOKEN -> {
        NDArray pooled = layers.linear(hidden, "bert.pooler.dense").tanh();
        yield LibtorchLayers.crossEntropy(layers.linear(pooled, "classifier"), labels).mean();
      }
      case MASKED_LM -> LibtorchLayers.crossEntropy(predictions(hidden), labels).mean();
      case MASKED_LM_GATHERED -> {
        NDArray scored = LibtorchLayers.rows(hidden, manager.create(batch.maskedPositions()));
        hidden.close();
        yield LibtorchLayers.crossEntropy(predictions(scored), labels).mean();
      }
      case CAUSAL_LM -> LibtorchLayers.causalLoss(predictions(hidden), labels);
      default -> throw new IllegalStateException(task + " is not a task of BERT");
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
        LibtorchLayers.rows(layers.parameter("bert.embeddings.word_embeddings.weight"), ids)
            .addi(
                LibtorchLayers.rows(
                    layers.parameter("bert.embeddings.position_embeddings.weight"), positions))
            .addi(
                LibtorchLayers.rows(
                    layers.parameter("bert.embeddings.token_type_embeddings.weight"), segment));
    NDArray hidden = normalize(sum.reshape(-1, HIDDEN), "bert.embeddings.LayerNorm");
    sum.close();
    NDArray bias = task == TrainingTask.CAUSAL_LM ? LibtorchLayers.causalBias(manager) : null;
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
    NDArray projected = layers.linear(context, name + ".attention.output.dense").addi(queries);
    context.close();
    keys.close();
    queries.close();
    NDArray attended = normalize(projected, name + ".attention.output.LayerNorm");
    NDArray inner = layers.linear(attended, name + ".intermediate.dense");
    NDArray activated = inner.getNDArrayInternal().gelu();
    inner.close();
    NDArray output = layers.linear(activated, name + ".output.dense").addi(attended);
    activated.close();
    attended.close();
    return normalize(output, name + ".output.LayerNorm");
  }

  private NDArray attention(
      NDArray queries, NDArray keys, String name, @Nullable NDArray additiveMask) {
    return LibtorchLayers.attention(
        layers.linear(queries, name + "query").muli(1 / Math.sqrt(HEAD_SIZE)),
        layers.linear(keys, name + "key"),
        layers.linear(keys, name + "value"),
        additiveMask);
  }

  /** Scores over the vocabulary by the decoder that shares the word embeddings. */
  private NDArray predictions(NDArray hidden) {
    NDArray dense = layers.linear(hidden, "cls.predictions.transform.dense");
    hidden.close();
    NDArray activated = dense.getNDArrayInternal().gelu();
    dense.close();
    NDArray transformed = normalize(activated, "cls.predictions.transform.LayerNorm");
    NDArray scores =
        LibtorchLayers.linear(
            transformed,
            layers.parameter("bert.embeddings.word_embeddings.weight"),
            layers.parameter("cls.predictions.bias"));
    transformed.close();
    return scores;
  }

  /** Layer normalization; releases its input. */
  private NDArray normalize(NDArray x, String name) {
    NDArray result = layers.layerNorm(x, name, Workload.LAYER_NORM_EPSILON);
    x.close();
    return result;
  }
}
