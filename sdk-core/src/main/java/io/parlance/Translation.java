package io.parlance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text in another language.
 *
 * @param alternatives whole translations, best first; one unless more were asked for
 * @param pieces the parts that were translated one by one, in their order; what is between them is
 *     kept as it was. Empty for a text without words.
 * @param from the source language as the model calls it; null where it says nothing of languages
 * @param to the target language as the model calls it; null where it says nothing of languages
 */
public record Translation(
    List<String> alternatives, List<TextPiece> pieces, @Nullable String from, @Nullable String to) {
  public Translation {
    alternatives = List.copyOf(alternatives);
    pieces = List.copyOf(pieces);
    if (alternatives.isEmpty()) {
      throw new IllegalArgumentException("a translation has at least one text");
    }
  }

  /** The best translation. */
  public String text() {
    return alternatives.get(0);
  }

  /** Whether no piece met a limit of length or time; see {@link #incompletePieces()}. */
  public boolean isComplete() {
    return pieces.stream().allMatch(TextPiece::isComplete);
  }

  /** The pieces of which something may be missing, because they met a limit. */
  public List<TextPiece> incompletePieces() {
    return pieces.stream().filter(piece -> !piece.isComplete()).toList();
  }
}
