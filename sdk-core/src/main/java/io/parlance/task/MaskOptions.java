package io.parlance.task;

import java.util.List;

/**
 * What the filling of masks depends on besides model and text.
 *
 * @param topK how many tokens for each mask
 * @param targets the only tokens to choose from; all where there are none
 * @param truncation how longer texts are cut
 */
record MaskOptions(int topK, List<String> targets, TruncationOptions truncation) {
  /** As the reference: five of all tokens. */
  static final MaskOptions DEFAULT = new MaskOptions(5, List.of(), TruncationOptions.DEFAULT);

  MaskOptions withTopK(int value) {
    return new MaskOptions(value, targets, truncation);
  }

  MaskOptions withTargets(List<String> value) {
    return new MaskOptions(topK, List.copyOf(value), truncation);
  }

  MaskOptions withTruncation(TruncationOptions value) {
    return new MaskOptions(topK, targets, value);
  }
}
