package io.parlance.samples.cli;

import io.parlance.models.objective.MaskedPairs;
import io.parlance.models.objective.SentencePairs;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.random.CounterRandom;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Texts cut into the sequences that models are pretrained on. */
final class PretrainingTexts {

  private static final int CHUNK = 1000;

  private final List<String> texts;
  private final Tokenizer tokenizer;
  private final int maximumLength;

  PretrainingTexts(List<String> texts, Tokenizer tokenizer, int maximumLength) {
    this.texts = texts;
    this.tokenizer = tokenizer;
    this.maximumLength = maximumLength;
  }

  /** Each text with special tokens around it; longer ones become several sequences. */
  List<TokenSequence> windows() {
    EncodingOptions options = EncodingOptions.truncated(maximumLength).withStride(0);
    return encoded(options)
        .flatMap(each -> Stream.concat(Stream.of(each), each.overflow().stream()))
        .map(TokenSequence::of)
        .filter(TokenSequence::hasWords)
        .toList();
  }

  /** The same without the special token at the end. */
  List<TokenSequence> openWindows() {
    return windows().stream()
        .map(
            each ->
                each.word(each.length() - 1) == TokenSequence.NO_WORD
                    ? each.firstTokens(each.length() - 1)
                    : each)
        .toList();
  }

  /**
   * All texts one after another, cut into sequences of one length, of which the last may be
   * shorter.
   *
   * @param length tokens of a sequence
   * @param separator what stands behind each text, if anything
   * @param shortest shorter remainders are left out
   */
  List<TokenSequence> packed(int length, OptionalInt separator, int shortest) {
    List<TokenSequence> sequences = new ArrayList<>();
    int[] ids = new int[length];
    int[] words = new int[length];
    int filled = 0;
    int firstWord = 0;
    List<Encoding> all = encoded(EncodingOptions.DEFAULT.withSpecialTokens(false)).toList();
    for (Encoding encoding : all) {
      int[] tokens = encoding.ids();
      if (tokens.length == 0) {
        continue;
      }
      int[] wordsOfText = encoding.wordIds();
      int count = tokens.length + (separator.isPresent() ? 1 : 0);
      for (int i = 0; i < count; i++) {
        boolean separates = i == tokens.length;
        ids[filled] = separates ? separator.getAsInt() : tokens[i];
        words[filled] = separates ? TokenSequence.NO_WORD : firstWord + wordsOfText[i];
        if (++filled == length) {
          sequences.add(new TokenSequence(ids, new int[length], words));
          ids = new int[length];
          words = new int[length];
          filled = 0;
        }
      }
      firstWord += 1 + Arrays.stream(wordsOfText).max().orElse(0);
    }
    if (filled >= shortest) {
      sequences.add(
          new TokenSequence(
              Arrays.copyOf(ids, filled), new int[filled], Arrays.copyOf(words, filled)));
    }
    return sequences.stream().filter(TokenSequence::hasWords).toList();
  }

  /** Pairs of segments of documents. */
  List<SentencePairs.Pair> pairs(SentencePairs.Objective objective, long seed) {
    List<List<int[]>> documents = documents();
    List<SentencePairs.Pair> pairs =
        new SentencePairs(objective, maximumLength - 3, SentencePairs.DEFAULT_SHORT_SHARE)
            .of(documents, CounterRandom.of(seed).fork("pairs"));
    if (pairs.isEmpty()) {
      throw new RefusedException(
          "no document has two sentences; a blank line ends a document whose lines are sentences, "
              + "and without blank lines each text is one; or take --objective mlm");
    }
    return pairs;
  }

  /** The tokens of pairs. */
  List<TokenSequence> sequences(List<SentencePairs.Pair> pairs) {
    return MaskedPairs.sequences(
        pairs,
        required(tokenizer.classificationTokenId(), "a token that begins a text ([CLS])"),
        required(tokenizer.separatorTokenId(), "a token that separates texts ([SEP])"));
  }

  /**
   * Sentences of documents. Where there are blank lines, they end documents and each line is a
   * sentence; else each text is a document.
   */
  private List<List<int[]>> documents() {
    List<List<int[]>> documents = new ArrayList<>();
    if (texts.stream().noneMatch(String::isBlank)) {
      for (String text : texts) {
        documents.add(tokens(sentences(text)));
      }
    } else {
      List<String> lines = new ArrayList<>();
      for (String text : texts) {
        if (text.isBlank()) {
          documents.add(tokens(lines));
          lines.clear();
        } else {
          lines.add(text);
        }
      }
      documents.add(tokens(lines));
    }
    return documents.stream().filter(document -> !document.isEmpty()).toList();
  }

  private List<int[]> tokens(List<String> sentences) {
    return tokenizer.encodeAll(sentences, EncodingOptions.DEFAULT.withSpecialTokens(false)).stream()
        .map(Encoding::ids)
        .filter(ids -> ids.length > 0)
        .toList();
  }

  private static List<String> sentences(String text) {
    BreakIterator boundaries = BreakIterator.getSentenceInstance(Locale.ROOT);
    boundaries.setText(text);
    List<String> sentences = new ArrayList<>();
    int start = boundaries.first();
    for (int end = boundaries.next(); end != BreakIterator.DONE; end = boundaries.next()) {
      sentences.add(text.substring(start, end).strip());
      start = end;
    }
    return sentences;
  }

  private Stream<Encoding> encoded(EncodingOptions options) {
    return Stream.iterate(0, from -> from < texts.size(), from -> from + CHUNK)
        .flatMap(
            from ->
                tokenizer
                    .encodeAll(texts.subList(from, Math.min(texts.size(), from + CHUNK)), options)
                    .stream());
  }

  private static int required(OptionalInt token, String what) {
    return token.orElseThrow(() -> new RefusedException("the tokenizer lacks " + what));
  }
}
