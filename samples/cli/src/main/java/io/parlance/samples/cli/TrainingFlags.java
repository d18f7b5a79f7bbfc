package io.parlance.samples.cli;

import io.parlance.models.training.AdamW;
import io.parlance.models.training.LearningRateSchedule;
import io.parlance.models.training.LengthBucketing;
import io.parlance.models.training.TrainingOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a model is trained, the same for every task. */
final class TrainingFlags {

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "3",
      description = "Passes over the data (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--max-steps",
      paramLabel = "N",
      defaultValue = "0",
      description = "Number of updates; decides instead of --epochs where given.")
  private long maximumSteps;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "32",
      description = "Examples in a batch (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--max-batch-tokens",
      paramLabel = "N",
      description = "Most tokens in a batch, padding included; not limited if not given.")
  private @Nullable Integer maximumTokens;

  @Option(
      names = "--accumulation",
      paramLabel = "N",
      defaultValue = "1",
      description = "Batches whose gradients make one update (default: ${DEFAULT-VALUE}).")
  private int accumulation;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      description = "Peak learning rate (default: 5e-4 for new weights, 5e-5 with --init).")
  private @Nullable Double learningRate;

  @Option(
      names = "--schedule",
      paramLabel = "SHAPE",
      description =
          "How the rate falls after the warm-up: ${COMPLETION-CANDIDATES} (default: linear, for "
              + "translate inverse_square_root).")
  private @Nullable LearningRateSchedule schedule;

  @Option(
      names = "--warmup",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description = "Share of all updates over which the rate rises (default: ${DEFAULT-VALUE}).")
  private double warmup;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "0.01",
      description = "Decoupled decay of matrices (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(
      names = "--max-gradient-norm",
      paramLabel = "X",
      defaultValue = "1",
      description = "Gradients are scaled down to this L2 norm (default: ${DEFAULT-VALUE}).")
  private double maximumGradientNorm;

  @Option(
      names = "--average-decay",
      paramLabel = "D",
      defaultValue = "0",
      description =
          "Evaluate and export the moving average of the weights with this decay, such as 0.999.")
  private double averageDecay;

  @Option(
      names = "--recompute-activations",
      description =
          "Compute layers again for the backward pass instead of keeping what they computed: much"
              + " less memory for deep models and long texts, a third more time, the same result.")
  private boolean recomputeActivations;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Decides weights, order, masks and dropout (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--evaluate-every",
      paramLabel = "N",
      defaultValue = "0",
      description = "Updates between evaluations; each epoch if not given.")
  private long evaluationInterval;

  @Option(
      names = "--patience",
      paramLabel = "N",
      defaultValue = "0",
      description = "Evaluations in a row that may fail to be better; no end if not given.")
  private int patience;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "0",
      description = "Updates between checkpoints; with each evaluation if not given.")
  private long checkpointInterval;

  @Option(
      names = "--checkpoints",
      paramLabel = "FOLDER",
      description = "Where checkpoints go; beside the output, with '-checkpoints', if not given.")
  private @Nullable Path checkpoints;

  @Option(names = "--resume", description = "Go on from the last checkpoint, if there is one.")
  private boolean resume;

  @Option(
      names = "--recipe",
      paramLabel = "FILE",
      description = "JSON or .properties with these options; the command line wins.")
  private @Nullable Path recipe;

  /**
   * The options.
   *
   * @param usualRate the learning rate where none is given
   * @param usualSchedule its shape where none is given
   * @param usualOptimizer Adam's numbers
   */
  TrainingOptions options(
      double usualRate, LearningRateSchedule usualSchedule, AdamW usualOptimizer) {
    return TrainingOptions.builder()
        .epochs(epochs)
        .maximumSteps(maximumSteps)
        .batching(
            new LengthBucketing(
                batchSize,
                maximumTokens == null ? LengthBucketing.UNLIMITED : maximumTokens,
                LengthBucketing.DEFAULT_WINDOW))
        .accumulation(accumulation)
        .learningRate(learningRate == null ? usualRate : learningRate)
        .schedule(schedule == null ? usualSchedule : schedule)
        .warmupShare(warmup)
        .weightDecay(weightDecay)
        .optimizer(usualOptimizer.withMaximumGradientNorm(maximumGradientNorm))
        .averageDecay(averageDecay)
        .seed(seed)
        .evaluationInterval(evaluationInterval)
        .patience(patience)
        .checkpointInterval(checkpointInterval)
        .recomputeActivations(recomputeActivations)
        .build();
  }

  /** The same for reading texts beforehand: no evaluation, and rates of its own. */
  TrainingOptions pretrainingOptions(int passes, double rate) {
    return TrainingOptions.builder()
        .epochs(passes)
        .batching(LengthBucketing.ofSize(batchSize))
        .learningRate(rate)
        .warmupShare(warmup)
        .weightDecay(weightDecay)
        .seed(seed)
        .checkpointInterval(checkpointInterval)
        .recomputeActivations(recomputeActivations)
        .build();
  }

  long seed() {
    return seed;
  }

  boolean resume() {
    return resume;
  }

  /** The recipe's file, for the record of what made a model. */
  @Nullable Path recipe() {
    return recipe;
  }

  Path checkpoints(Path output) {
    if (checkpoints != null) {
      return checkpoints;
    }
    Path place = output.toAbsolutePath().normalize();
    return place.resolveSibling(place.getFileName() + "-checkpoints");
  }
}
