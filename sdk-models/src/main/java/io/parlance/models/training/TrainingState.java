package io.parlance.models.training;

import org.jspecify.annotations.Nullable;

/**
 * Where a run stands between two updates. Together with parameters and optimizer state it decides
 * everything that follows.
 *
 * @param step updates done
 * @param epoch the epoch of the next batch, from 0
 * @param batch batches of that epoch that are done
 * @param seed the seed of the run
 * @param runDigest a digest of options, model and data; a run is only resumed with the same
 * @param lossSum the sum of the training losses since the last evaluation, each weighted by its
 *     number of targets
 * @param lossWeight the number of targets in that sum
 * @param best the best evaluation, or null before the first
 * @param evaluationsSinceBest evaluations since then that were not better
 * @param evaluatedStep the last step that was evaluated, or -1
 */
public record TrainingState(
    long step,
    int epoch,
    int batch,
    long seed,
    String runDigest,
    double lossSum,
    double lossWeight,
    @Nullable Best best,
    int evaluationsSinceBest,
    long evaluatedStep) {

  /**
   * The best evaluation.
   *
   * @param step the updates done then
   * @param metric the value of the chosen metric
   */
  public record Best(long step, double metric) {}

  /** The beginning of a run. */
  static TrainingState start(long seed, String runDigest) {
    return new TrainingState(0, 0, 0, seed, runDigest, 0, 0, null, 0, -1);
  }
}
