package io.parlance.models.training;

import java.util.ArrayList;
import java.util.List;
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
 * @param best the best evaluation, or null before the first
 * @param evaluationsSinceBest evaluations since then that were not better
 * @param evaluations all evaluations so far
 */
record TrainingState(
    long step,
    int epoch,
    int batch,
    long seed,
    String runDigest,
    @Nullable Best best,
    int evaluationsSinceBest,
    List<Evaluation> evaluations) {

  /**
   * The best evaluation.
   *
   * @param step the updates done then
   * @param metric the value of the chosen metric
   */
  record Best(long step, double metric) {}

  TrainingState {
    evaluations = List.copyOf(evaluations);
  }

  /** The beginning of a run. */
  static TrainingState start(long seed, String runDigest) {
    return new TrainingState(0, 0, 0, seed, runDigest, null, 0, List.of());
  }

  /** After one more update, which used the batches up to {@code nextBatch} of {@code inEpoch}. */
  TrainingState updated(int inEpoch, int nextBatch) {
    return new TrainingState(
        step + 1, inEpoch, nextBatch, seed, runDigest, best, evaluationsSinceBest, evaluations);
  }

  /** With an evaluation of the parameters as they are now. */
  TrainingState evaluated(Evaluation evaluation, Metric metric) {
    double value = evaluation.get(metric);
    boolean better = best == null || metric.isBetter(value, best.metric());
    List<Evaluation> all = new ArrayList<>(evaluations);
    all.add(evaluation);
    return new TrainingState(
        step,
        epoch,
        batch,
        seed,
        runDigest,
        better ? new Best(step, value) : best,
        better ? 0 : evaluationsSinceBest + 1,
        all);
  }

  boolean isBest() {
    return best != null && best.step() == step;
  }

  @Nullable Evaluation lastEvaluation() {
    return evaluations.isEmpty() ? null : evaluations.get(evaluations.size() - 1);
  }
}
