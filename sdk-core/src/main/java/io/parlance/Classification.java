package io.parlance;

import java.util.List;

/**
 * What a text was classified as.
 *
 * @param label the label with the highest score
 * @param score its score
 * @param labels labels with their scores, best first; equal scores in the model's order; all labels
 *     unless fewer were asked for
 * @param truncated whether the text was longer than the model takes, so that its end was not looked
 *     at
 * @param tokenCount tokens that the model saw, special tokens included
 * @param untruncatedTokenCount tokens of the whole text, special tokens included
 */
public record Classification(
    String label,
    double score,
    List<LabelScore> labels,
    boolean truncated,
    int tokenCount,
    int untruncatedTokenCount) {
  public Classification {
    labels = List.copyOf(labels);
  }
}
