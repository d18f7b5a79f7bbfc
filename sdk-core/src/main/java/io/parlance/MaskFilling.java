package io.parlance;

import java.util.List;

/**
 * What a model would put in the masks of a text.
 *
 * @param masks for each mask in the text's order its tokens, best first
 * @param truncated whether the text was longer than the model takes, so that its end was not looked
 *     at
 * @param tokenCount tokens that the model saw, special tokens included
 * @param untruncatedTokenCount tokens of the whole text, special tokens included
 */
public record MaskFilling(
    List<List<MaskPrediction>> masks,
    boolean truncated,
    int tokenCount,
    int untruncatedTokenCount) {
  public MaskFilling {
    masks = masks.stream().map(List::copyOf).toList();
  }

  /** The best token for the first mask. */
  public MaskPrediction best() {
    return masks.get(0).get(0);
  }
}
