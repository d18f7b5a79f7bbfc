package io.parlance.task;

import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.Splitting;
import io.parlance.TextInput;
import io.parlance.TextPiece;
import io.parlance.generation.GenerationOptions;
import io.parlance.segmentation.ProtectedParts;
import io.parlance.segmentation.SentenceSplitter;
import io.parlance.segmentation.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What the model is asked about one text, and what it answered. */
final class WritingPlan {
  /** Attention takes memory by the square of this: gigabytes. */
  private static final int MOST_TOKENS = 16_384;

  private final String text;
  private final SourceForm form;
  private final @Nullable TextCutter cutter;
  private final List<Span> kept;
  private final boolean truncated;
  private List<TextCutter.Piece> pieces;
  private @Nullable Generation[] answers;

  private WritingPlan(
      String text,
      SourceForm form,
      @Nullable TextCutter cutter,
      List<Span> kept,
      boolean truncated,
      List<TextCutter.Piece> pieces) {
    this.text = text;
    this.form = form;
    this.cutter = cutter;
    this.kept = kept;
    this.truncated = truncated;
    this.pieces = pieces;
    this.answers = new @Nullable Generation[pieces.size()];
  }

  /**
   * Plans.
   *
   * @param limit tokens that the model reads at most; empty where nothing limits them
   */
  static WritingPlan of(
      TextInput input, WritingTask<?> task, WritingOptions options, OptionalInt limit) {
    if (input.pair() != null) {
      throw new InvalidInputException("this task takes one text, and there is a second one");
    }
    TranslationLanguages.Direction direction = task.source(input.text(), options);
    SourceForm form = direction.form();
    String text = input.text().substring(direction.begin());
    boolean cut = options.truncation() && limit.isPresent();
    if (cut || options.splitting() == Splitting.NONE) {
      int[] all = form.encode(text);
      boolean tooLong = cut && all.length > limit.getAsInt();
      if (!cut && all.length > MOST_TOKENS) {
        throw new InvalidInputException(
            "the text has "
                + all.length
                + " tokens, more than "
                + MOST_TOKENS
                + " at once; have it taken apart (splitting) or cut (truncation)");
      }
      int[] tokens = tooLong ? form.encode(text, limit.getAsInt()) : all;
      Span span = new Span(0, text.length());
      boolean asks = task.readsAnything() || span.hasWords(text);
      return new WritingPlan(
          text,
          form,
          null,
          List.of(),
          tooLong,
          asks ? List.of(new TextCutter.Piece(span, false, tokens)) : List.of());
    }
    List<Span> kept = ProtectedParts.find(text, options.protection());
    TextCutter cutter = new TextCutter(text, form, limit.orElse(Integer.MAX_VALUE), kept);
    SentenceSplitter splitter = SentenceSplitter.of(form.from());
    return new WritingPlan(
        text, form, cutter, kept, false, cutter.cut(options.splitting(), splitter));
  }

  /** What the decoder is told besides the options of the caller. */
  GenerationOptions options() {
    return form.options();
  }

  /** What the model is to read; the answers come in the same order. */
  List<TextCutter.Piece> pieces() {
    return pieces;
  }

  void answer(int piece, Generation generation) {
    answers[piece] = generation;
  }

  /**
   * What must be asked again, because something that was to be kept is lost: the text between those
   * parts, which then stay as they are.
   *
   * @return indexes of pieces that have no answer yet
   */
  List<Integer> repair() {
    if (kept.isEmpty() || cutter == null) {
      return List.of();
    }
    List<TextCutter.Piece> repaired = new ArrayList<>();
    List<@Nullable Generation> known = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      TextCutter.Piece piece = pieces.get(i);
      Generation answer = answers[i];
      List<Span> inside = Span.within(kept, piece.span().start(), piece.span().end());
      if (answer != null && keepsAll(answer, inside)) {
        repaired.add(piece);
        known.add(answer);
      } else {
        int at = piece.span().start();
        for (Span each : inside) {
          repaired.addAll(cutter.fit(new Span(at, Math.max(at, each.start())), true));
          at = Math.max(at, each.end());
        }
        repaired.addAll(cutter.fit(new Span(at, Math.max(at, piece.span().end())), true));
        while (known.size() < repaired.size()) {
          known.add(null);
        }
      }
    }
    pieces = repaired;
    answers = known.toArray(new @Nullable Generation[0]);
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < answers.length; i++) {
      if (answers[i] == null) {
        open.add(i);
      }
    }
    return open;
  }

  private boolean keepsAll(Generation answer, List<Span> parts) {
    return answer.sequences().stream()
        .allMatch(
            sequence ->
                parts.stream()
                    .map(part -> part.of(text))
                    .distinct()
                    .allMatch(
                        part ->
                            count(sequence.text(), part)
                                >= parts.stream().filter(p -> p.of(text).equals(part)).count()));
  }

  private static int count(String text, String part) {
    int count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  /** Tokens that were read and written. */
  long tokens() {
    long tokens = 0;
    for (Generation answer : answers) {
      if (answer != null) {
        tokens += answer.promptTokens();
        tokens += answer.sequences().stream().mapToLong(each -> each.tokenIds().size()).sum();
      }
    }
    return tokens;
  }

  /** Everything that was written, when all answers are there. */
  WritingTask.Written written() {
    List<TextPiece> written = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      TextCutter.Piece piece = pieces.get(i);
      Generation answer = answers[i];
      if (answer == null) {
        throw new AssertionError("every piece was answered " + Arrays.toString(piece.tokens()));
      }
      Generation told =
          truncated ? new Generation(answer.sequences(), answer.promptTokens(), true) : answer;
      written.add(new TextPiece(piece.span().start(), piece.span().end(), piece.partial(), told));
    }
    return new WritingTask.Written(text, written, form.from(), form.to());
  }
}
