package io.parlance.task;

import io.parlance.TextPiece;
import io.parlance.segmentation.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task makes of a model that writes a text from a text. Belongs to one loaded model;
 * thread-safe.
 *
 * @param <R> the result for one input
 */
interface WritingTask<R> {
  /**
   * What the model reads for a text.
   *
   * @throws io.parlance.InvalidInputException if options or text do not fit the model
   */
  TranslationLanguages.Direction source(String text, WritingOptions options);

  /** Whether the model is also asked about a text without words, rather than keeping it. */
  default boolean readsAnything() {
    return false;
  }

  /** The result. */
  R result(Written written);

  /**
   * What was written for one text.
   *
   * @param text the source, after what said its language
   * @param pieces in their order; what is between them has no words
   * @param from source language as the model calls it, or null
   * @param to target language as the model calls it, or null
   */
  record Written(String text, List<TextPiece> pieces, @Nullable String from, @Nullable String to) {
    /** Number of whole texts: as many as the piece with the most sequences has. */
    int alternatives() {
      return Math.max(
          1,
          pieces.stream().mapToInt(piece -> piece.generation().sequences().size()).max().orElse(1));
    }

    /** The source with each piece replaced by its sequence of this rank. */
    String replaced(int rank) {
      if (isOnePiece()) {
        return sequence(pieces.get(0), rank);
      }
      StringBuilder whole = new StringBuilder();
      int at = 0;
      for (TextPiece piece : pieces) {
        whole.append(text, at, piece.start()).append(strip(sequence(piece, rank)));
        at = piece.end();
      }
      return whole.append(text, at, text.length()).toString();
    }

    /** The sequences of this rank alone, with spaces between them. */
    String joined(int rank) {
      return isOnePiece()
          ? sequence(pieces.get(0), rank)
          : String.join(" ", pieces.stream().map(piece -> strip(sequence(piece, rank))).toList());
    }

    /** What a model writes for a whole text is left as it is, as transformers does. */
    private boolean isOnePiece() {
      return pieces.size() == 1
          && pieces.get(0).start() == 0
          && pieces.get(0).end() == text.length();
    }

    private static String sequence(TextPiece piece, int rank) {
      var sequences = piece.generation().sequences();
      return sequences.get(Math.min(rank, sequences.size() - 1)).text();
    }

    private static String strip(String written) {
      return new Span(0, written.length()).strip(written).of(written);
    }
  }
}
