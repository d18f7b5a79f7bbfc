package io.parlance.models.training;

import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Inputs;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.Map;

/**
 * Tokenized examples of a task, from which batches are made for training and evaluation.
 * Implementations are immutable and give the same batch for the same arguments, always.
 */
public interface TrainingData {

  /**
   * Examples as inputs of a graph.
   *
   * @param inputs tensors by the names of the graph's inputs, owned by the batch
   * @param examples the number of examples
   * @param tokens the number of tokens without padding
   * @param targets the number of things predicted, over which the loss is a mean
   */
  record Batch(Map<String, Tensor> inputs, int examples, long tokens, long targets)
      implements AutoCloseable {
    @Override
    public void close() {
      inputs.values().forEach(Tensor::close);
    }
  }

  /** Gathers what the model said about the batches of an evaluation. */
  interface Scorer {

    /**
     * Takes the outputs for one batch.
     *
     * @param examples the numbers of the batch's examples
     * @param batch the inputs
     * @param outputs the model's outputs
     */
    void add(int[] examples, Batch batch, Outputs outputs);

    /** The numbers, without the loss. */
    Map<Metric, Double> metrics();
  }

  /** The number of tokens of each example. */
  int[] lengths();

  /** The metric that says which of two models is better, unless another is chosen. */
  Metric mainMetric();

  /**
   * Declares in an empty graph what the batches feed.
   *
   * @throws io.parlance.InvalidInputException if the data does not fit the model, e.g. has other
   *     classes
   */
  void declareInputs(PretrainedModel model, Graph graph);

  /**
   * Writes the outputs that training and evaluation look at, {@code loss} among them, for the
   * inputs of {@link #declareInputs}; the model's own unless the data have a loss of their own.
   */
  default Map<String, Value> forward(PretrainedModel model, Graph graph) {
    return model.forward(Inputs.of(graph));
  }

  /**
   * Makes a batch.
   *
   * @param examples the numbers of its examples
   * @param random the generator of the epoch, for data that is drawn anew in each
   */
  Batch batch(int[] examples, CounterRandom random);

  /** A new scorer for one evaluation. */
  Scorer newScorer();

  /**
   * Numbers of an evaluation that do not follow from outputs for batches, such as those of texts
   * that the model writes; none unless said.
   *
   * @param model with the parameters that are measured
   * @param options how graphs run
   */
  default Map<Metric, Double> measure(TrainableModel model, SessionOptions options) {
    return Map.of();
  }

  /** A digest of everything that decides the batches. */
  String digest();
}
