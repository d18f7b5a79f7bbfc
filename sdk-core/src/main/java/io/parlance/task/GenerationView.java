package io.parlance.task;

import io.parlance.generation.GenerationOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a view on a generator adds to its model.
 *
 * @param options the caller's, over those of the model
 * @param timeout of a call, or null
 * @param logProbabilities whether results have them
 * @param truncateLeft whether prompts that are too long lose their beginning instead of being
 *     refused
 * @param promptCache whether the prompt cache is asked and told
 * @param batchRows sequences that are run together at most
 */
record GenerationView(
    GenerationOptions options,
    @Nullable Duration timeout,
    boolean logProbabilities,
    boolean truncateLeft,
    boolean promptCache,
    int batchRows) {
  /** More rows than this gain little on a CPU, and cost cache. */
  static final int BATCH_ROWS = 32;

  static final GenerationView DEFAULT =
      new GenerationView(GenerationOptions.NONE, null, false, false, true, BATCH_ROWS);

  GenerationView options(GenerationOptions other) {
    return new GenerationView(
        other, timeout, logProbabilities, truncateLeft, promptCache, batchRows);
  }

  GenerationView timeout(Duration other) {
    return new GenerationView(
        options, other, logProbabilities, truncateLeft, promptCache, batchRows);
  }

  GenerationView logProbabilities(boolean other) {
    return new GenerationView(options, timeout, other, truncateLeft, promptCache, batchRows);
  }

  GenerationView truncateLeft(boolean other) {
    return new GenerationView(options, timeout, logProbabilities, other, promptCache, batchRows);
  }

  GenerationView promptCache(boolean other) {
    return new GenerationView(options, timeout, logProbabilities, truncateLeft, other, batchRows);
  }

  GenerationView batchRows(int other) {
    return new GenerationView(options, timeout, logProbabilities, truncateLeft, promptCache, other);
  }
}
