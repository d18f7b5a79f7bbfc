package io.parlance.task;

import io.parlance.model.ModelSource;

/** The model of a task, as who operates it sees it. Thread-safe. */
public interface ModelHandle {
  /** Whose model it is, for example {@code classifier}. */
  String task();

  /**
   * Where it comes from.
   *
   * @throws io.parlance.ModelNotFoundException if none was given and there is no starter model
   */
  ModelSource source();

  /** Whether it is in memory. */
  boolean isLoaded();

  /**
   * Loads it now rather than with the first call that needs it.
   *
   * @throws io.parlance.NlpException if it cannot be loaded
   */
  void load();

  /**
   * Loads it and runs a short text through it, so that the first call is as fast as later ones.
   * Listeners hear nothing of the text.
   *
   * @throws io.parlance.NlpException if it cannot be loaded or run
   */
  void warmUp();

  /**
   * SHA-256 of the files that its results depend on, in lower-case hexadecimal; loads it. The first
   * time all of them are read.
   */
  String digest();

  /** Asynchronous calls that wait for a run or are in one now. */
  int waitingCalls();
}
