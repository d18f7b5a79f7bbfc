package io.parlance;

import java.util.List;

/**
 * What a text says, in fewer words.
 *
 * @param alternatives whole summaries, best first; one unless more were asked for
 * @param pieces the parts of the text that were summarized one by one: one, unless the text is
 *     longer than what the model reads. Empty for a text without words.
 */
public record Summary(List<String> alternatives, List<TextPiece> pieces) {
  public Summary {
    alternatives = List.copyOf(alternatives);
    pieces = List.copyOf(pieces);
    if (alternatives.isEmpty()) {
      throw new IllegalArgumentException("a summary has at least one text");
    }
  }

  /** The best summary. */
  public String text() {
    return alternatives.get(0);
  }

  /** Whether no piece met a limit of length or time. */
  public boolean isComplete() {
    return pieces.stream().allMatch(TextPiece::isComplete);
  }
}
