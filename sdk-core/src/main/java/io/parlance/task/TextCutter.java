package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.Splitting;
import io.parlance.segmentation.ClauseCutter;
import io.parlance.segmentation.SentenceSplitter;
import io.parlance.segmentation.Span;
import io.parlance.tokenizers.Encoding;
import java.util.ArrayList;
import java.util.List;

/** Takes one text apart so that a model can read each piece. */
final class TextCutter {
  /** More characters than tokens have on the average in any language. */
  private static final int CHARACTERS_PER_TOKEN = 8;

  private final String text;
  private final SourceForm form;
  private final int limit;
  private final int around;
  private final List<Span> whole;
  private int perToken =
      CHARACTERS_PER_TOKEN; // twice what the last piece had, so little is in vain

  /**
   * Reads nothing yet.
   *
   * @param limit tokens that the model reads at most
   * @param whole parts that are not cut, in order
   */
  TextCutter(String text, SourceForm form, int limit, List<Span> whole) {
    this.text = text;
    this.form = form;
    this.limit = limit;
    this.around = form.encode("").length;
    this.whole = whole;
    if (around >= limit) {
      throw new InvalidInputException(
          "what stands around each text has "
              + around
              + " tokens, and the model reads "
              + limit
              + "; there is no room for a text");
    }
  }

  /**
   * A piece that the model can read.
   *
   * @param partial whether it is less than a sentence
   */
  record Piece(Span span, boolean partial, int[] tokens) {}

  /** The pieces with words of a text, in their order. */
  List<Piece> cut(Splitting splitting, SentenceSplitter splitter) {
    List<Piece> pieces = new ArrayList<>();
    splitter.split(text, whole).forEach(sentence -> pieces.addAll(fit(sentence, false)));
    return splitting == Splitting.LONGEST ? join(pieces) : pieces;
  }

  /** The pieces of a part of the text: one, unless it is too long; none where it has no words. */
  List<Piece> fit(Span part, boolean partial) {
    Span all = part.strip(text);
    if (!all.hasWords(text)) {
      return List.of();
    }
    if (all.end() - all.start() <= (long) (limit - around) * CHARACTERS_PER_TOKEN) {
      int[] tokens = form.encode(all.of(text));
      if (tokens.length <= limit) {
        return List.of(new Piece(all, partial, tokens));
      }
    }
    List<Piece> pieces = new ArrayList<>();
    int from = all.start();
    while (from < all.end()) {
      int end = end(from, all.end());
      Span span = new Span(from, end).strip(text);
      if (span.hasWords(text)) {
        pieces.add(new Piece(span, true, form.encode(span.of(text))));
      }
      from = end;
    }
    return pieces;
  }

  private int end(int from, int last) {
    int room = limit - around;
    int most = reach(from, last, room);
    if (most == last && fits(from, last)) {
      return last;
    }
    Encoding tokens = form.tokens(text.substring(from, most));
    if (tokens.length() <= room && most < last) { // longer words than those before
      perToken = CHARACTERS_PER_TOKEN;
      most = reach(from, last, room);
      tokens = form.tokens(text.substring(from, most));
    }
    perToken = Math.min(CHARACTERS_PER_TOKEN, 1 + 2 * (most - from) / Math.max(1, tokens.length()));
    if (tokens.length() > room) {
      most = Math.min(last, from + Math.max(1, tokens.start(room)));
    }
    int end = ClauseCutter.cut(text, from, most, whole);
    while (!fits(from, end) && end - from > 1) { // tokens differ at the ends of what is cut
      end = ClauseCutter.cut(text, from, from + (end - from) * 3 / 4, whole);
    }
    return end;
  }

  private int reach(int from, int last, int room) {
    return (int) Math.min(last, from + (long) room * perToken);
  }

  private boolean fits(int from, int end) {
    return form.encode(text.substring(from, end)).length <= limit;
  }

  /** Neighbours together as long as they fit. */
  private List<Piece> join(List<Piece> pieces) {
    List<Piece> joined = new ArrayList<>();
    int at = 0;
    while (at < pieces.size()) {
      int next = at + 1;
      int room = limit - pieces.get(at).tokens().length;
      while (next < pieces.size() && pieces.get(next).tokens().length - around <= room) {
        room -= pieces.get(next).tokens().length - around;
        next++;
      }
      Piece piece = together(pieces, at, next);
      while (piece.tokens().length > limit) { // what is between them has tokens too
        next--;
        piece = together(pieces, at, next);
      }
      joined.add(piece);
      at = next;
    }
    return joined;
  }

  private Piece together(List<Piece> pieces, int from, int to) {
    if (to == from + 1) {
      return pieces.get(from);
    }
    Span span = new Span(pieces.get(from).span().start(), pieces.get(to - 1).span().end());
    return new Piece(span, false, form.encode(span.of(text)));
  }
}
