package io.parlance.models.training;

import io.parlance.InvalidInputException;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.objective.MaskedLanguageModeling;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Text for masked language models: the masks are drawn anew in each epoch. */
public final class MaskedLanguageData implements TrainingData {

  private final MaskedLanguageModeling objective;
  private final List<TokenSequence> sequences;

  /**
   * Data for pretraining.
   *
   * @param objective what is masked
   * @param sequences the texts, special tokens included
   * @throws InvalidInputException if there is none or one has nothing to mask
   */
  public MaskedLanguageData(MaskedLanguageModeling objective, List<TokenSequence> sequences) {
    if (sequences.isEmpty()) {
      throw new InvalidInputException("there is no text to pretrain on");
    }
    for (int i = 0; i < sequences.size(); i++) {
      if (!sequences.get(i).hasWords()) {
        throw new InvalidInputException(
            "sequence " + i + " has no token that could be masked; leave empty texts out");
      }
    }
    this.objective = objective;
    this.sequences = List.copyOf(sequences);
  }

  @Override
  public int[] lengths() {
    return sequences.stream().mapToInt(TokenSequence::length).toArray();
  }

  /** The loss: there are many right words for a place. */
  @Override
  public Metric mainMetric() {
    return Metric.LOSS;
  }

  @Override
  public void declareInputs(PretrainedModel model, Graph graph) {
    ModelCapacity.require(
        model,
        objective.masking().vocabularySize(),
        sequences.stream().mapToInt(TokenSequence::length).max().orElse(0));
    model.declareInputs(graph);
    graph.input("masked_positions", ElementType.INT64, Shape.of("masked"));
    graph.input("labels", ElementType.INT64, Shape.of("masked"));
  }

  @Override
  public Batch batch(int[] examples, CounterRandom random) {
    List<TokenSequence> chosen = new ArrayList<>(examples.length);
    long tokens = 0;
    for (int example : examples) {
      chosen.add(sequences.get(example));
      tokens += sequences.get(example).length();
    }
    Map<String, Tensor> inputs = objective.collate(chosen, examples, random);
    Tensor labels = inputs.get("labels");
    return new Batch(inputs, examples.length, tokens, labels == null ? 0 : labels.elementCount());
  }

  /** Scores nothing beside the loss. */
  @Override
  public Scorer newScorer() {
    return new Scorer() {
      @Override
      public void add(int[] examples, Batch batch, Outputs outputs) {}

      @Override
      public Map<Metric, Double> metrics() {
        return Map.of();
      }
    };
  }

  @Override
  public String digest() {
    RunDigest digest = new RunDigest().add(objective.toString());
    sequences.forEach(digest::add);
    return digest.hex();
  }
}
