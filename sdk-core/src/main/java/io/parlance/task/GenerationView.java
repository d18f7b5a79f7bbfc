package io.parlance.task;

import io.parlance.Cancellation;
import io.parlance.generation.GenerationOptions;
import io.parlance.generation.StopCondition;
import io.parlance.model.ModelSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a view on a generator adds to its model. Immutable. */
final class GenerationView {
  /** More rows than this gain little on a CPU, and cost cache. */
  static final int BATCH_ROWS = 32;

  static final GenerationView DEFAULT = new GenerationView();

  private GenerationOptions options = GenerationOptions.NONE;
  private @Nullable Duration timeout;
  private boolean logProbabilities;
  private boolean truncateLeft;
  private boolean promptCache = true;
  private @Nullable ModelSource assistant;
  private @Nullable StopCondition stop;
  private @Nullable Cancellation cancellation;
  private int batchRows = BATCH_ROWS;

  private GenerationView() {}

  private GenerationView copy() {
    GenerationView copy = new GenerationView();
    copy.options = options;
    copy.timeout = timeout;
    copy.logProbabilities = logProbabilities;
    copy.truncateLeft = truncateLeft;
    copy.promptCache = promptCache;
    copy.assistant = assistant;
    copy.stop = stop;
    copy.cancellation = cancellation;
    copy.batchRows = batchRows;
    return copy;
  }

  /** The caller's options, over those of the model. */
  GenerationOptions options() {
    return options;
  }

  GenerationView options(GenerationOptions other) {
    GenerationView changed = copy();
    changed.options = other;
    return changed;
  }

  /** Of a call, or null. */
  @Nullable Duration timeout() {
    return timeout;
  }

  GenerationView timeout(Duration other) {
    GenerationView changed = copy();
    changed.timeout = other;
    return changed;
  }

  /** Whether results have them. */
  boolean logProbabilities() {
    return logProbabilities;
  }

  GenerationView logProbabilities(boolean other) {
    GenerationView changed = copy();
    changed.logProbabilities = other;
    return changed;
  }

  /** Whether prompts that are too long lose their beginning instead of being refused. */
  boolean truncateLeft() {
    return truncateLeft;
  }

  GenerationView truncateLeft(boolean other) {
    GenerationView changed = copy();
    changed.truncateLeft = other;
    return changed;
  }

  /** Whether the prompt cache is asked and told. */
  boolean promptCache() {
    return promptCache;
  }

  GenerationView promptCache(boolean other) {
    GenerationView changed = copy();
    changed.promptCache = other;
    return changed;
  }

  /** The model that guesses what comes, or null. */
  @Nullable ModelSource assistant() {
    return assistant;
  }

  GenerationView assistant(ModelSource other) {
    GenerationView changed = copy();
    changed.assistant = other;
    return changed;
  }

  /** The caller's condition that ends an answer, or null. */
  @Nullable StopCondition stop() {
    return stop;
  }

  GenerationView stop(StopCondition other) {
    GenerationView changed = copy();
    changed.stop = other;
    return changed;
  }

  /** What ends calls from outside, or null. */
  @Nullable Cancellation cancellation() {
    return cancellation;
  }

  GenerationView cancellation(Cancellation other) {
    GenerationView changed = copy();
    changed.cancellation = other;
    return changed;
  }

  /** Sequences that are run together at most. */
  int batchRows() {
    return batchRows;
  }

  GenerationView batchRows(int other) {
    GenerationView changed = copy();
    changed.batchRows = other;
    return changed;
  }
}
