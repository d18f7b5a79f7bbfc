package io.parlance;

import java.util.function.Consumer;

/**
 * Is told what an {@link Nlp} does: for metrics, traces and logs. Called by the threads that do the
 * work, several at once, so it must be thread-safe and quick. What it throws is logged, and changes
 * nothing for the call. Tasks are named as the models of {@link Nlp.Builder}: {@code classifier},
 * {@code entityExtractor}, {@code questionAnswerer}, {@code embedder}, {@code maskFiller}, {@code
 * ranker}, {@code generator}, ...
 */
public interface ActivityListener {
  /**
   * A call begins; on the thread of its caller, so that what is bound to that thread can be seen.
   *
   * @return told once how the call went, by any thread
   */
  default Consumer<CallReport> callStarted(CallStart call) {
    return report -> {};
  }

  /** A graph of an encoder ran; for one call or for several that were joined. */
  default void graphRan(RunReport run) {}

  /** A model was loaded, or could not be. */
  default void modelLoaded(LoadReport load) {}
}
