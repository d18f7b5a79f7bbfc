package io.parlance.task;

import io.parlance.ScoreFunction;
import org.jspecify.annotations.Nullable;

/**
 * What relevance depends on besides model and texts.
 *
 * @param function what makes a score of the logits, or null for the usual
 * @param relevantClass which of several logits is that of relevance, or {@link #LAST}
 * @param truncation how longer texts are cut
 */
record RankOptions(
    @Nullable ScoreFunction function, int relevantClass, TruncationOptions truncation) {
  static final int LAST = -1;
  static final RankOptions DEFAULT = new RankOptions(null, LAST, TruncationOptions.DEFAULT);

  RankOptions withFunction(ScoreFunction value) {
    return new RankOptions(value, relevantClass, truncation);
  }

  RankOptions withRelevantClass(int value) {
    return new RankOptions(function, value, truncation);
  }

  RankOptions withTruncation(TruncationOptions value) {
    return new RankOptions(function, relevantClass, value);
  }
}
