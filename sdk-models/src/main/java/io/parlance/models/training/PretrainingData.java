package io.parlance.models.training;

import io.parlance.InvalidInputException;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.objective.PretrainingObjective;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Texts for pretraining: what is asked about them is drawn anew in each epoch. */
public final class PretrainingData implements TrainingData {

  /** Inputs that a model may do without; others are for its loss. */
  private static final Set<String> OPTIONAL = Set.of("attention_mask", "token_type_ids");

  private final PretrainingObjective objective;
  private final List<TokenSequence> sequences;

  /**
   * Data for pretraining.
   *
   * @param objective what is asked
   * @param sequences the texts, special tokens included where the objective wants them
   * @throws InvalidInputException if there is none or one is too short to ask anything
   */
  public PretrainingData(PretrainingObjective objective, List<TokenSequence> sequences) {
    if (sequences.isEmpty()) {
      throw new InvalidInputException("there is no text to pretrain on");
    }
    int shortest = objective.shortestSequence();
    for (int i = 0; i < sequences.size(); i++) {
      if (sequences.get(i).length() < shortest) {
        throw new InvalidInputException(
            "sequence %d has %d tokens, expected at least %d; leave such texts out"
                .formatted(i, sequences.get(i).length(), shortest));
      }
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
        objective.vocabularySize(),
        sequences.stream().mapToInt(TokenSequence::length).max().orElse(0));
    objective
        .inputs()
        .forEach(
            (name, input) -> {
              if (!OPTIONAL.contains(name) || model.exportedInputs().contains(name)) {
                graph.input(name, input.type(), input.shape());
              }
            });
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
    return new Batch(inputs, examples.length, tokens, objective.targets(inputs));
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
