package io.parlance.models.training;

import java.nio.file.Path;

/** Is told how a run goes, on the thread that trains; what it does takes time from the training. */
public interface TrainingListener {

  /** Listens to nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /** After each update. */
  default void onStep(TrainingProgress progress) {}

  /** After each evaluation. */
  default void onEvaluation(Evaluation evaluation) {}

  /** After each checkpoint. */
  default void onCheckpoint(Path checkpoint, long step) {}
}
