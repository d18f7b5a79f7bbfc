package io.parlance.task;

import io.parlance.Aggregation;
import java.util.List;

/**
 * What extracted entities depend on besides model and text.
 *
 * @param aggregation how tokens become entities
 * @param ignoredLabels labels and groups that are left out
 * @param stride tokens that neighbouring windows share, or {@link #AUTOMATIC}, or {@link
 *     #ONE_WINDOW}
 * @param maxLength tokens in a window, or {@link TruncationOptions#MODEL_LENGTH}
 */
record EntityOptions(
    Aggregation aggregation, List<String> ignoredLabels, int stride, int maxLength) {
  /** Windows overlap by a share of their length wherever the aggregation can join them. */
  static final int AUTOMATIC = -1;

  /** Longer texts are cut. */
  static final int ONE_WINDOW = -2;

  static final EntityOptions DEFAULT =
      new EntityOptions(
          Aggregation.SIMPLE, List.of("O"), AUTOMATIC, TruncationOptions.MODEL_LENGTH);

  EntityOptions withAggregation(Aggregation value) {
    return new EntityOptions(value, ignoredLabels, stride, maxLength);
  }

  EntityOptions withIgnoredLabels(List<String> value) {
    return new EntityOptions(aggregation, List.copyOf(value), stride, maxLength);
  }

  EntityOptions withStride(int value) {
    return new EntityOptions(aggregation, ignoredLabels, value, maxLength);
  }

  EntityOptions withMaxLength(int value) {
    return new EntityOptions(aggregation, ignoredLabels, stride, value);
  }
}
