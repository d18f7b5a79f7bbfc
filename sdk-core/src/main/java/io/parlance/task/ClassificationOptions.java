package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.ScoreFunction;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Truncation;
import org.jspecify.annotations.Nullable;

/**
 * What results depend on besides model and text.
 *
 * @param topK how many labels are kept, or {@link #ALL}
 * @param function what makes scores, or null for the model's own
 * @param truncation how longer texts are cut, or null to cut only what the model cannot take
 * @param maxLength tokens that are kept, or {@link #MODEL_LENGTH}
 */
record ClassificationOptions(
    int topK, @Nullable ScoreFunction function, @Nullable Truncation truncation, int maxLength) {
  static final int ALL = 0;
  static final int MODEL_LENGTH = 0;
  static final ClassificationOptions DEFAULT =
      new ClassificationOptions(ALL, null, null, MODEL_LENGTH);

  EncodingOptions encoding(Encoder encoder) {
    if (truncation == Truncation.DO_NOT_TRUNCATE) {
      return EncodingOptions.DEFAULT;
    }
    int length = maxLength;
    if (length == MODEL_LENGTH) {
      length = truncation == null ? encoder.defaultLength() : encoder.tokenizerLength();
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
        truncation == null ? Truncation.LONGEST_FIRST : truncation, length);
  }
}
