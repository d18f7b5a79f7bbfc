package io.parlance.models.training;

import io.parlance.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * How a model is trained. Made by {@link #builder()}; the defaults are those of transformers'
 * Trainer, but with a warm-up over a tenth of the run, as BERT was fine-tuned.
 *
 * @param epochs passes over the data
 * @param maximumSteps the number of updates, which then decides instead of {@code epochs}; 0 for no
 *     such limit
 * @param batching how examples become batches
 * @param accumulation batches whose gradients make one update
 * @param learningRate the peak learning rate
 * @param schedule how it falls after the warm-up
 * @param warmupShare the share of all updates over which the rate rises from 0
 * @param weightDecay decoupled decay of matrices; vectors (biases, scales of norms) have none
 * @param optimizer Adam's numbers and gradient clipping
 * @param averageDecay decay of the moving average of the parameters, which then is what is
 *     evaluated and what comes out; 0 for the parameters themselves
 * @param seed decides the order of the data, masks and dropout
 * @param evaluationInterval updates between evaluations; 0 evaluates after each epoch; after the
 *     last update always
 * @param metric what tells which evaluation is best; null takes the data's own
 * @param patience how many evaluations in a row may fail to be better before training stops; 0 for
 *     no end
 * @param checkpointInterval updates between checkpoints; 0 writes one after each evaluation or,
 *     without evaluation data, epoch
 * @param keptCheckpoints how many of the last checkpoints stay, besides the best
 * @param recomputeActivations whether what layers compute is computed again for the backward pass,
 *     rather than kept in memory; the results are the same
 */
public record TrainingOptions(
    int epochs,
    long maximumSteps,
    LengthBucketing batching,
    int accumulation,
    double learningRate,
    LearningRateSchedule schedule,
    double warmupShare,
    double weightDecay,
    AdamW optimizer,
    double averageDecay,
    long seed,
    long evaluationInterval,
    @Nullable Metric metric,
    int patience,
    long checkpointInterval,
    int keptCheckpoints,
    boolean recomputeActivations) {

  public TrainingOptions {
    requireAtLeast("epochs", epochs, 1);
    requireAtLeast("maximum steps", maximumSteps, 0);
    requireAtLeast("gradient accumulation", accumulation, 1);
    requireAtLeast("evaluation interval", evaluationInterval, 0);
    requireAtLeast("patience", patience, 0);
    requireAtLeast("checkpoint interval", checkpointInterval, 0);
    requireAtLeast("kept checkpoints", keptCheckpoints, 1);
    requireIn("learning rate", learningRate, 0, Double.MAX_VALUE);
    requireIn("warm-up share", warmupShare, 0, 1);
    requireIn("weight decay", weightDecay, 0, Double.MAX_VALUE);
    requireIn("average decay", averageDecay, 0, 1);
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new InvalidInputException(name + " " + value + " must be at least " + least);
    }
  }

  private static void requireIn(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new InvalidInputException(
          name + " " + value + (most == 1 ? " must be 0 to 1" : " must be a number of at least 0"));
    }
  }

  /** Options that differ from the defaults where the builder is told so. */
  public static Builder builder() {
    return new Builder();
  }

  /** What changes the parameters that come out; two runs that agree in it are the same run. */
  String digest() {
    return new TrainingOptions(
            epochs,
            maximumSteps,
            batching,
            accumulation,
            learningRate,
            schedule,
            warmupShare,
            weightDecay,
            optimizer,
            averageDecay,
            seed,
            evaluationInterval,
            metric,
            patience,
            0,
            1,
            false)
        .toString();
  }

  /** Builds {@link TrainingOptions}; values are checked by {@link #build()}. */
  public static final class Builder {
    private int epochs = 3;
    private long maximumSteps;
    private LengthBucketing batching = LengthBucketing.ofSize(32);
    private int accumulation = 1;
    private double learningRate = 5e-5;
    private LearningRateSchedule schedule = LearningRateSchedule.LINEAR;
    private double warmupShare = 0.1;
    private double weightDecay = 0.01;
    private AdamW optimizer = AdamW.DEFAULT;
    private double averageDecay;
    private long seed = 42;
    private long evaluationInterval;
    private @Nullable Metric metric;
    private int patience;
    private long checkpointInterval;
    private int keptCheckpoints = 2;
    private boolean recomputeActivations;

    private Builder() {}

    /** Passes over the data; 3 by default. */
    public Builder epochs(int value) {
      epochs = value;
      return this;
    }

    /** The number of updates instead of epochs. */
    public Builder maximumSteps(long value) {
      maximumSteps = value;
      return this;
    }

    /** Examples in a batch, similar lengths together; 32 by default. */
    public Builder batchSize(int value) {
      batching = LengthBucketing.ofSize(value);
      return this;
    }

    /** How examples become batches. */
    public Builder batching(LengthBucketing value) {
      batching = value;
      return this;
    }

    /** Batches whose gradients make one update; 1 by default. */
    public Builder accumulation(int value) {
      accumulation = value;
      return this;
    }

    /** The peak learning rate; 5e-5 by default. */
    public Builder learningRate(double value) {
      learningRate = value;
      return this;
    }

    /** How the rate falls after the warm-up; linear by default. */
    public Builder schedule(LearningRateSchedule value) {
      schedule = value;
      return this;
    }

    /** The share of all updates over which the rate rises; 0.1 by default. */
    public Builder warmupShare(double value) {
      warmupShare = value;
      return this;
    }

    /** Decay of matrices; 0.01 by default. */
    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    /** Adam's numbers and gradient clipping; {@link AdamW#DEFAULT} by default. */
    public Builder optimizer(AdamW value) {
      optimizer = value;
      return this;
    }

    /**
     * Decay of the moving average of the parameters, for example 0.999, which averages about the
     * last thousand updates; 0, the default, for no average.
     */
    public Builder averageDecay(double value) {
      averageDecay = value;
      return this;
    }

    /** The seed of the run; 42 by default. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** Updates between evaluations; 0, the default, evaluates after each epoch. */
    public Builder evaluationInterval(long value) {
      evaluationInterval = value;
      return this;
    }

    /** What tells which evaluation is best; the data's own metric by default. */
    public Builder metric(Metric value) {
      metric = value;
      return this;
    }

    /** Evaluations in a row that may fail to be better; 0, the default, never stops early. */
    public Builder patience(int value) {
      patience = value;
      return this;
    }

    /** Updates between checkpoints; 0, the default, writes one with each evaluation. */
    public Builder checkpointInterval(long value) {
      checkpointInterval = value;
      return this;
    }

    /** How many of the last checkpoints stay; 2 by default. */
    public Builder keptCheckpoints(int value) {
      keptCheckpoints = value;
      return this;
    }

    /**
     * Whether what layers compute is computed again for the backward pass ("gradient
     * checkpointing"): memory for the activations of one layer instead of all, at about a third
     * more time. Off by default.
     */
    public Builder recomputeActivations(boolean value) {
      recomputeActivations = value;
      return this;
    }

    /**
     * The options.
     *
     * @throws InvalidInputException if a value is out of range
     */
    public TrainingOptions build() {
      return new TrainingOptions(
          epochs,
          maximumSteps,
          batching,
          accumulation,
          learningRate,
          schedule,
          warmupShare,
          weightDecay,
          optimizer,
          averageDecay,
          seed,
          evaluationInterval,
          metric,
          patience,
          checkpointInterval,
          keptCheckpoints,
          recomputeActivations);
    }
  }
}
