package io.parlance.samples.benchmarks;

import io.parlance.Execution;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Inputs;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.autodiff.Gradients.Activations;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.models.training.AdamW;
import io.parlance.models.training.GradientStep;
import io.parlance.models.training.OptimizerStep;
import io.parlance.models.training.ParameterGroup;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Training by Parlance: the steps that its trainer takes. */
final class ParlanceSteps implements TrainingSteps {

  private static final CounterRandom NO_DROPOUT = CounterRandom.of(0);
  private static final AdamW RULE =
      new AdamW(Workload.BETA1, Workload.BETA2, Workload.EPSILON, Double.POSITIVE_INFINITY);

  private static final int PART_ROWS = GradientStep.PART_TOKENS / Workload.SEQUENCE;

  private final TrainingTask task;
  private final TrainableModel model;
  private final GradientStep gradients;
  private final OptimizerStep optimizer;
  private int updates;

  /** A model with the workload's first weights. */
  ParlanceSteps(Workload workload, int threads) {
    task = workload.task();
    model = TrainableModel.initialize(workload.model(), 0);
    model
        .parameters()
        .forEach(
            (name, tensor) ->
                tensor.buffer().asFloatBuffer().put(Workload.initialValues(name, tensor.shape())));
    Graph graph = Graph.training("benchmark");
    Map<String, Value> outputs = forward(model.model(), graph);
    outputs.keySet().retainAll(List.of(GradientStep.LOSS));
    SessionOptions sessions =
        GradientStep.options().withExecution(Execution.cpu().threads(threads));
    gradients =
        GradientStep.of(
            graph,
            outputs,
            model.parameters(),
            graph.parameters().keySet(),
            Activations.KEPT,
            sessions);
    optimizer =
        new OptimizerStep(
            RULE,
            model.parameters(),
            gradients.gradients(),
            name -> ParameterGroup.decayed(Workload.weightDecay(name)),
            sessions);
  }

  /** The forward pass for batches of any size, as when lengths are mixed. */
  private Map<String, Value> forward(PretrainedModel architecture, Graph graph) {
    graph.input("input_ids", ElementType.INT64, Shape.of("batch", "sequence"));
    graph.input("labels", ElementType.INT64, labelShape());
    if (task == TrainingTask.MASKED_LM_GATHERED) {
      graph.input("masked_positions", ElementType.INT64, Shape.of("masked"));
    }
    return new LinkedHashMap<>(architecture.forward(Inputs.of(graph)));
  }

  private Shape labelShape() {
    return switch (task) {
      case CLASSIFIER, CLASSIFIER_FIRST_TOKEN -> Shape.of("batch");
      case MASKED_LM_GATHERED -> Shape.of("masked");
      case MASKED_LM, CAUSAL_LM, GPT2_LM -> Shape.of("batch", "sequence");
      case T5 -> Shape.of("batch", "targets");
    };
  }

  @Override
  public float step(Workload.Batch batch) {
    List<GradientStep.Part> parts = new ArrayList<>();
    try {
      for (int row = 0; row < Workload.BATCH; row += PART_ROWS) {
        parts.add(part(batch, row));
      }
      float loss = (float) gradients.run(parts, NO_DROPOUT);
      updates++;
      optimizer.apply(Workload.LEARNING_RATE, updates);
      return loss;
    } finally {
      parts.forEach(part -> part.inputs().values().forEach(Tensor::close));
    }
  }

  /** Some rows of the batch, as the trainer cuts it. */
  private GradientStep.Part part(Workload.Batch batch, int row) {
    int from = row * Workload.SEQUENCE;
    int to = from + PART_ROWS * Workload.SEQUENCE;
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    long[] ids = Arrays.copyOfRange(batch.inputIds(), from, to);
    inputs.put("input_ids", Tensor.of(ids, PART_ROWS, Workload.SEQUENCE));
    double share = (double) PART_ROWS / Workload.BATCH;
    switch (task) {
      case CLASSIFIER, CLASSIFIER_FIRST_TOKEN ->
          inputs.put(
              "labels",
              Tensor.of(
                  Arrays.copyOfRange(batch.labels(), row, row + PART_ROWS), (long) PART_ROWS));
      case MASKED_LM, CAUSAL_LM, GPT2_LM, T5 ->
          inputs.put(
              "labels",
              Tensor.of(
                  Arrays.copyOfRange(batch.labels(), from, to), PART_ROWS, Workload.SEQUENCE));
      case MASKED_LM_GATHERED -> {
        int[] chosen =
            IntStream.range(0, batch.maskedPositions().length)
                .filter(i -> batch.maskedPositions()[i] >= from && batch.maskedPositions()[i] < to)
                .toArray();
        long[] positions =
            Arrays.stream(chosen).mapToLong(i -> batch.maskedPositions()[i] - from).toArray();
        long[] labels = Arrays.stream(chosen).mapToLong(i -> batch.labels()[i]).toArray();
        inputs.put("masked_positions", Tensor.of(positions, positions.length));
        inputs.put("labels", Tensor.of(labels, labels.length));
        share = (double) labels.length / batch.labels().length;
      }
    }
    return new GradientStep.Part(inputs, share);
  }

  @Override
  public void close() {
    optimizer.close();
    gradients.close();
    model.close();
  }
}
