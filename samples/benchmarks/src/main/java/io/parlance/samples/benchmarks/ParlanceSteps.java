package io.parlance.samples.benchmarks;

import io.parlance.Execution;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Inputs;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.models.training.AdamW;
import io.parlance.models.training.GradientStep;
import io.parlance.models.training.OptimizerStep;
import io.parlance.models.training.ParameterGroup;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Training by Parlance: the steps that its trainer takes. */
final class ParlanceSteps implements TrainingSteps {

  private static final CounterRandom NO_DROPOUT = CounterRandom.of(0);
  private static final AdamW RULE =
      new AdamW(Workload.BETA1, Workload.BETA2, Workload.EPSILON, Double.POSITIVE_INFINITY);

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
    gradients =
        GradientStep.of(
            graph,
            outputs,
            model.parameters(),
            graph.parameters().keySet(),
            GradientStep.options().withExecution(Execution.cpu().threads(threads)));
    optimizer =
        new OptimizerStep(
            RULE,
            model.parameters(),
            gradients.gradients(),
            name -> ParameterGroup.decayed(Workload.weightDecay(name)));
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
      case MASKED_LM, CAUSAL_LM -> Shape.of("batch", "sequence");
    };
  }

  @Override
  public float step(Workload.Batch batch) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    try {
      inputs.put("input_ids", tokens(batch.inputIds()));
      inputs.put(
          "labels",
          batch.labels().length == batch.inputIds().length
              ? tokens(batch.labels())
              : Tensor.of(batch.labels(), batch.labels().length));
      if (task == TrainingTask.MASKED_LM_GATHERED) {
        long[] positions = batch.maskedPositions();
        inputs.put("masked_positions", Tensor.of(positions, positions.length));
      }
      float loss;
      try (Outputs outputs = gradients.run(inputs, 1, false, NO_DROPOUT)) {
        loss = outputs.get(GradientStep.LOSS).floatAt(0);
      }
      updates++;
      optimizer.apply(Workload.LEARNING_RATE, updates);
      return loss;
    } finally {
      inputs.values().forEach(Tensor::close);
    }
  }

  private static Tensor tokens(long[] ids) {
    return Tensor.of(ids, Workload.BATCH, Workload.SEQUENCE);
  }

  @Override
  public void close() {
    optimizer.close();
    gradients.close();
    model.close();
  }
}
