package io.parlance.models.training;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param ending why
 * @param step updates done
 * @param bestStep the update whose parameters the model has now: that of the best evaluation, or
 *     the last one
 * @param evaluations all evaluations of the run, also those before it was resumed
 */
public record TrainingResult(
    Ending ending, long step, long bestStep, List<Evaluation> evaluations) {

  /** Why a run ended. */
  public enum Ending {
    /** All updates were made. */
    FINISHED,
    /** The metric had not become better for as many evaluations as patience allows. */
    EARLY_STOPPED,
    /** {@link Trainer#stop()} was called; a checkpoint waits to be resumed. */
    INTERRUPTED
  }

  public TrainingResult {
    evaluations = List.copyOf(evaluations);
  }

  /** The evaluation of the parameters that the model has now, or null if there was none. */
  public @Nullable Evaluation best() {
    return evaluations.stream()
        .filter(evaluation -> evaluation.step() == bestStep)
        .findFirst()
        .orElse(null);
  }
}
