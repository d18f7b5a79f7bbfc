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
 * @param batchRows sequences that are run together at most
 */
record GenerationView(
    GenerationOptions options,
    @Nullable Duration timeout,
    boolean logProbabilities,
    boolean truncateLeft,
    int batchRows) {
  /** More rows than this gain little on a CPU, and cost cache. */
  private static final int BATCH_ROWS = 32;

  static final GenerationView DEFAULT =
      new GenerationView(GenerationOptions.NONE, null, false, false, BATCH_ROWS);

  GenerationView options(GenerationOptions other) {
    return new GenerationView(other, timeout, logProbabilities, truncateLeft, batchRows);
  }

  GenerationView timeout(Duration other) {
    return new GenerationView(options, other, logProbabilities, truncateLeft, batchRows);
  }

  GenerationView logProbabilities(boolean other) {
    return new GenerationView(options, timeout, other, truncateLeft, batchRows);
  }

  GenerationView truncateLeft(boolean other) {
    return new GenerationView(options, timeout, logProbabilities, other, batchRows);
  }

  GenerationView batchRows(int other) {
    return new GenerationView(options, timeout, logProbabilities, truncateLeft, other);
  }
}
