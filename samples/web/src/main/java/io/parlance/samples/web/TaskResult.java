package io.parlance.samples.web;

import io.parlance.Embedding;
import io.parlance.FinishReason;
import io.parlance.GeneratedText;
import io.parlance.Generation;
import io.parlance.RankedDocument;
import io.parlance.SimilarityFunction;
import io.parlance.Summary;
import io.parlance.TextPiece;
import io.parlance.Translation;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Results where JSON says something else than the SDK's own records. */
final class TaskResult {
  private TaskResult() {}

  /**
   * A vector.
   *
   * @param embedding its numbers
   */
  record Vector(
      float[] embedding,
      int dimension,
      boolean truncated,
      int tokenCount,
      int untruncatedTokenCount) {
    static Vector of(Embedding found) {
      return new Vector(
          found.vector(),
          found.dimension(),
          found.truncated(),
          found.tokenCount(),
          found.untruncatedTokenCount());
    }
  }

  /**
   * How alike two texts are.
   *
   * @param function how their vectors were compared
   */
  record Alike(double similarity, String function) {
    static Alike of(double similarity, SimilarityFunction function) {
      return new Alike(similarity, function.name().toLowerCase(Locale.ROOT));
    }
  }

  /** Documents, most relevant first. */
  record Ranking(List<RankedDocument> ranking) {}

  /**
   * A text that a model wrote.
   *
   * @param finishReason eos_token, length, stop_string, max_time or condition
   */
  record Written(
      String text,
      List<Integer> tokenIds,
      String finishReason,
      int promptTokens,
      boolean truncated) {
    static Written of(Generation found) {
      GeneratedText best = found.best();
      return new Written(
          best.text(),
          best.tokenIds(),
          reason(best.finishReason()),
          found.promptTokens(),
          found.truncated());
    }
  }

  /**
   * A text for another text.
   *
   * @param complete whether no piece met a limit
   * @param pieces parts of the source that the model saw one by one
   */
  record Rewritten(
      String text,
      boolean complete,
      @Nullable String from,
      @Nullable String to,
      List<Piece> pieces) {
    static Rewritten of(Translation found) {
      return new Rewritten(
          found.text(), found.isComplete(), found.from(), found.to(), pieces(found.pieces()));
    }

    static Rewritten of(Summary found) {
      return new Rewritten(found.text(), found.isComplete(), null, null, pieces(found.pieces()));
    }

    private static List<Piece> pieces(List<TextPiece> pieces) {
      return pieces.stream()
          .map(
              piece ->
                  new Piece(
                      piece.start(), piece.end(), piece.generation().text(), piece.isComplete()))
          .toList();
    }
  }

  /**
   * A part of a source.
   *
   * @param start its first UTF-16 unit
   * @param end the unit after its last
   * @param text what the model wrote for it
   */
  record Piece(int start, int end, String text, boolean complete) {}

  private static String reason(FinishReason reason) {
    return switch (reason) {
      case END_TOKEN -> "eos_token";
      case LENGTH -> "length";
      case STOP_STRING -> "stop_string";
      case TIME -> "max_time";
      case CONDITION -> "condition";
    };
  }
}
