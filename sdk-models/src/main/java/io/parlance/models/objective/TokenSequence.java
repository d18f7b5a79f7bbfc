package io.parlance.models.objective;

import io.parlance.tokenizers.Encoding;
import java.util.Arrays;

/**
 * The tokens of one text or pair in the few numbers that training needs, twelve bytes a token, so
 * that millions of them fit into memory. Immutable; the arrays are not copied, so nobody may change
 * them.
 */
public final class TokenSequence {

  /** The word of tokens that are not part of a text, such as {@code [CLS]}. */
  public static final int NO_WORD = -1;

  private final int[] ids;
  private final int[] segments;
  private final int[] words;

  /**
   * A sequence.
   *
   * @param ids the vocabulary id of each token
   * @param segments the segment of each token, 0 or 1
   * @param words the number of the word that each token is a piece of, {@link #NO_WORD} for special
   *     tokens; pieces of one word lie side by side
   * @throws IllegalArgumentException if the arrays differ in length
   */
  public TokenSequence(int[] ids, int[] segments, int[] words) {
    if (segments.length != ids.length || words.length != ids.length) {
      throw new IllegalArgumentException(
          "%d ids, %d segments and %d words must be equally many"
              .formatted(ids.length, segments.length, words.length));
    }
    this.ids = ids;
    this.segments = segments;
    this.words = words;
  }

  /** The tokens of an encoding. */
  public static TokenSequence of(Encoding encoding) {
    int[] words = encoding.wordIds();
    int[] sequences = encoding.sequenceIds();
    int firstWords = 1 + Arrays.stream(words).max().orElse(NO_WORD);
    for (int i = 0; i < words.length; i++) {
      // the words of a second text are counted from 0 again
      words[i] = sequences[i] < 0 ? NO_WORD : words[i] + sequences[i] * firstWords;
    }
    return new TokenSequence(encoding.ids(), encoding.typeIds(), words);
  }

  /** The same sequence with other tokens in its places. */
  public TokenSequence withIds(int[] others) {
    return new TokenSequence(others, segments, words);
  }

  /** The same tokens in another order. */
  TokenSequence reordered(int[] order) {
    int[] otherIds = new int[order.length];
    int[] otherSegments = new int[order.length];
    int[] otherWords = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      otherIds[i] = ids[order[i]];
      otherSegments[i] = segments[order[i]];
      otherWords[i] = words[order[i]];
    }
    return new TokenSequence(otherIds, otherSegments, otherWords);
  }

  /** The first so many tokens. */
  public TokenSequence firstTokens(int count) {
    return new TokenSequence(
        Arrays.copyOf(ids, count), Arrays.copyOf(segments, count), Arrays.copyOf(words, count));
  }

  /** The vocabulary ids of all tokens, in an array of the caller's own. */
  public int[] ids() {
    return ids.clone();
  }

  /** Number of tokens, special tokens included. */
  public int length() {
    return ids.length;
  }

  /** The vocabulary id of a token. */
  public int id(int token) {
    return ids[token];
  }

  /** The segment of a token. */
  public int segment(int token) {
    return segments[token];
  }

  /** The word of a token, or {@link #NO_WORD}. */
  public int word(int token) {
    return words[token];
  }

  /** Whether any token is part of a text. */
  public boolean hasWords() {
    return Arrays.stream(words).anyMatch(word -> word != NO_WORD);
  }

  /** Whether two neighbouring tokens are pieces of one word. */
  boolean continuesWord(int token) {
    return token > 0 && words[token] != NO_WORD && words[token] == words[token - 1];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenSequence that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(segments, that.segments)
        && Arrays.equals(words, that.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "TokenSequence" + Arrays.toString(ids);
  }
}
