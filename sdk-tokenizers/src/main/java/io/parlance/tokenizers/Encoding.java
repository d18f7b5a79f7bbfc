package io.parlance.tokenizers;

import java.util.Arrays;
import java.util.List;

/**
 * The tokens of one text or pair of texts. Immutable; every method that returns an array returns a
 * fresh copy.
 *
 * <p>Offsets count UTF-16 units of the caller's original string (of the first or second text, as
 * {@link #sequenceId(int)} says), half open. Special tokens have offsets {@code [0, 0)}.
 */
public final class Encoding {
  private final TokenColumns columns;
  private final int untruncatedLength;
  private final List<Encoding> overflow;

  Encoding(TokenColumns columns, int untruncatedLength, List<Encoding> overflow) {
    this.columns = columns;
    this.untruncatedLength = untruncatedLength;
    this.overflow = List.copyOf(overflow);
  }

  TokenColumns columns() {
    return columns;
  }

  /** Number of tokens, special tokens included. */
  public int length() {
    return columns.length();
  }

  /** Token ids. */
  public int[] ids() {
    return columns.ids().clone();
  }

  /** The id of one token. */
  public int id(int token) {
    return columns.ids()[token];
  }

  /** Segment of each token as the post-processor assigns it (0 or 1 for BERT). */
  public int[] typeIds() {
    return columns.typeIds().clone();
  }

  /** The segment of one token. */
  public int typeId(int token) {
    return columns.typeIds()[token];
  }

  /** All ones: an encoding holds no padding, see {@link PaddedBatch}. */
  public int[] attentionMask() {
    int[] mask = new int[length()];
    Arrays.fill(mask, 1);
    return mask;
  }

  /** 1 for tokens that the post-processor added, 0 for tokens of the texts. */
  public int[] specialTokensMask() {
    int[] mask = new int[length()];
    for (int token = 0; token < mask.length; token++) {
      mask[token] = isSpecial(token) ? 1 : 0;
    }
    return mask;
  }

  /** Whether the post-processor added this token, so that it stands for no part of the texts. */
  public boolean isSpecial(int token) {
    return columns.sequenceIds()[token] < 0;
  }

  /** Index of the word (as the pre-tokenizer splits) within its text, -1 for special tokens. */
  public int[] wordIds() {
    return columns.wordIds().clone();
  }

  /** The word of one token, -1 for special tokens. */
  public int wordId(int token) {
    return columns.wordIds()[token];
  }

  /** 0 for tokens of the first text, 1 for the second, -1 for special tokens. */
  public int[] sequenceIds() {
    return columns.sequenceIds().clone();
  }

  /** The text of one token: 0, 1, or -1 for special tokens. */
  public int sequenceId(int token) {
    return columns.sequenceIds()[token];
  }

  /** First UTF-16 unit of each token in its original text. */
  public int[] starts() {
    return columns.starts().clone();
  }

  /** First UTF-16 unit of one token in its original text. */
  public int start(int token) {
    return columns.starts()[token];
  }

  /** UTF-16 unit after the last of each token in its original text. */
  public int[] ends() {
    return columns.ends().clone();
  }

  /** UTF-16 unit after the last of one token in its original text. */
  public int end(int token) {
    return columns.ends()[token];
  }

  /** The tokens as the vocabulary spells them. */
  public List<String> tokens() {
    return List.of(columns.tokens());
  }

  /** One token as the vocabulary spells it. */
  public String token(int token) {
    return columns.tokens()[token];
  }

  /** Whether tokens were cut off. */
  public boolean truncated() {
    return untruncatedLength > length();
  }

  /** Number of tokens, special tokens included, before anything was cut. */
  public int untruncatedLength() {
    return untruncatedLength;
  }

  /**
   * The further windows over the texts, in order, when {@link EncodingOptions#overflow()} was asked
   * for; each has its own special tokens.
   */
  public List<Encoding> overflow() {
    return overflow;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Encoding that
        && untruncatedLength == that.untruncatedLength
        && Arrays.equals(columns.ids(), that.columns.ids())
        && Arrays.equals(columns.typeIds(), that.columns.typeIds())
        && Arrays.equals(columns.wordIds(), that.columns.wordIds())
        && Arrays.equals(columns.sequenceIds(), that.columns.sequenceIds())
        && Arrays.equals(columns.starts(), that.columns.starts())
        && Arrays.equals(columns.ends(), that.columns.ends())
        && Arrays.equals(columns.tokens(), that.columns.tokens())
        && overflow.equals(that.overflow);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(columns.ids()) + untruncatedLength;
  }

  @Override
  public String toString() {
    return "Encoding" + Arrays.toString(columns.tokens());
  }
}
