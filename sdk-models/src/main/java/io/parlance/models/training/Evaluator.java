package io.parlance.models.training;

import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.models.TrainableModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures a model on data, without dropout. The parameters are read where they are, so one
 * evaluator follows a model through its training. Not thread-safe; close it before the model.
 */
public final class Evaluator implements AutoCloseable {

  private final TrainingData data;
  private final List<int[]> batches;
  private final TrainableModel model;
  private final SessionOptions options;
  private final Session session;

  /**
   * Prepares the evaluation of {@code model} on {@code data}.
   *
   * @param batching the sizes of the batches, which change nothing but speed and memory
   * @throws InvalidInputException if the data does not fit the model
   */
  public Evaluator(
      TrainableModel model, TrainingData data, LengthBucketing batching, SessionOptions options) {
    this.data = data;
    this.batches = batching.sorted(data.lengths());
    this.model = model;
    this.options = options;
    Graph graph = Graph.inference(model.model().architecture());
    data.declareInputs(model.model(), graph);
    Map<String, Value> outputs = data.forward(model.model(), graph);
    if (!outputs.containsKey(GradientStep.LOSS)) {
      throw new InvalidInputException(
          model.model().architecture()
              + " has no loss for this data; its outputs are "
              + outputs.keySet());
    }
    this.session =
        Session.load(
            OnnxWriter.of(graph).outputs(outputs).toBuffer(),
            "evaluation of " + model.model().architecture(),
            options);
  }

  /**
   * Measures the parameters as they are now.
   *
   * @param step the updates done, for the record
   */
  public Evaluation evaluate(long step) {
    TrainingData.Scorer scorer = data.newScorer();
    // drawn the same way each time, so that evaluations can be compared
    CounterRandom random = CounterRandom.of(0).fork("evaluation");
    double lossSum = 0;
    long targets = 0;
    for (int[] examples : batches) {
      try (TrainingData.Batch batch = data.batch(examples, random);
          Outputs outputs = session.run(inputs(batch))) {
        lossSum += outputs.get(GradientStep.LOSS).toFloatArray()[0] * (double) batch.targets();
        targets += batch.targets();
        scorer.add(examples, batch, outputs);
      }
    }
    double loss = lossSum / targets;
    if (!Double.isFinite(loss)) {
      throw new NlpException(
          "the evaluation loss after "
              + step
              + " updates is "
              + loss
              + "; lower the learning rate");
    }
    Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
    metrics.putAll(scorer.metrics());
    metrics.putAll(data.measure(model, options));
    metrics.put(Metric.LOSS, loss);
    return new Evaluation(step, metrics);
  }

  private Map<String, Tensor> inputs(TrainingData.Batch batch) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(batch.inputs());
    inputs.putAll(model.parameters());
    inputs.keySet().retainAll(session.inputs().keySet());
    return inputs;
  }

  @Override
  public void close() {
    session.close();
  }
}
