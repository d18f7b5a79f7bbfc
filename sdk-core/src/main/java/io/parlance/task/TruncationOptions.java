package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Truncation;
import org.jspecify.annotations.Nullable;

/**
 * How texts that are too long are cut.
 *
 * @param strategy which text of a pair is cut, or null to cut only what the model cannot take
 * @param maxLength tokens that are kept, or {@link #MODEL_LENGTH}
 */
record TruncationOptions(@Nullable Truncation strategy, int maxLength) {
  static final int MODEL_LENGTH = 0;
  static final TruncationOptions DEFAULT = new TruncationOptions(null, MODEL_LENGTH);

  TruncationOptions withStrategy(Truncation value) {
    return new TruncationOptions(value, maxLength);
  }

  TruncationOptions withMaxLength(int tokens) {
    if (tokens < 1) {
      throw new InvalidInputException("maximum length " + tokens + " must be at least 1 token");
    }
    return new TruncationOptions(strategy, tokens);
  }

  EncodingOptions encoding(Encoder encoder) {
    if (strategy == Truncation.DO_NOT_TRUNCATE) {
      return EncodingOptions.DEFAULT;
    }
    int length = maxLength;
    if (length == MODEL_LENGTH) {
      length = strategy == null ? encoder.defaultLength() : encoder.tokenizerLength();
    }
    int positions = encoder.positions().orElse(Integer.MAX_VALUE);
    if (length > positions) {
      throw new InvalidInputException(
          "maximum length "
              + length
              + " exceeds the "
              + positions
              + " positions of "
              + encoder.folder());
    }
    return EncodingOptions.DEFAULT.withTruncation(
        strategy == null ? Truncation.LONGEST_FIRST : strategy, length);
  }
}
