package io.parlance.tokenizers;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How texts are encoded.
 *
 * @param addSpecialTokens whether the tokenizer's post-processor adds its special tokens ({@code
 *     [CLS]}, {@code [SEP]}, ...)
 * @param truncation which sequence is cut when the encoding exceeds {@code maxLength}
 * @param maxLength the largest number of tokens, special tokens included; ignored with {@link
 *     Truncation#DO_NOT_TRUNCATE}
 * @param overflow whether the tokens that were cut off come back as further windows in {@link
 *     Encoding#overflow()}
 * @param stride how many tokens of a sequence two neighbouring windows share
 * @param truncationSide the side that is cut; null takes the tokenizer's own ({@code
 *     truncation_side}, else right)
 */
public record EncodingOptions(
    boolean addSpecialTokens,
    Truncation truncation,
    int maxLength,
    boolean overflow,
    int stride,
    @Nullable Side truncationSide) {

  /** Special tokens are added, nothing is cut. */
  public static final EncodingOptions DEFAULT =
      new EncodingOptions(true, Truncation.DO_NOT_TRUNCATE, Integer.MAX_VALUE, false, 0, null);

  /** Refuses a length below 1 and a negative stride. */
  public EncodingOptions {
    Objects.requireNonNull(
        truncation, "truncation is null; use Truncation.DO_NOT_TRUNCATE to cut nothing");
    if (maxLength < 1) {
      throw new IllegalArgumentException(
          "maximum length " + maxLength + " must be at least 1 token");
    }
    if (stride < 0) {
      throw new IllegalArgumentException("stride " + stride + " must not be negative");
    }
  }

  /**
   * Special tokens are added and encodings longer than {@code maxLength} are cut, the longer
   * sequence first.
   */
  public static EncodingOptions truncated(int maxLength) {
    return DEFAULT.withTruncation(Truncation.LONGEST_FIRST, maxLength);
  }

  /** These options with or without special tokens. */
  public EncodingOptions withSpecialTokens(boolean add) {
    return new EncodingOptions(add, truncation, maxLength, overflow, stride, truncationSide);
  }

  /** These options with another truncation. */
  public EncodingOptions withTruncation(Truncation strategy, int length) {
    return new EncodingOptions(
        addSpecialTokens, strategy, length, overflow, stride, truncationSide);
  }

  /**
   * These options with overflowing windows that share {@code tokens} tokens with their neighbour.
   */
  public EncodingOptions withStride(int tokens) {
    return new EncodingOptions(
        addSpecialTokens, truncation, maxLength, true, tokens, truncationSide);
  }

  /** These options cutting at the given side. */
  public EncodingOptions withTruncationSide(Side side) {
    return new EncodingOptions(addSpecialTokens, truncation, maxLength, overflow, stride, side);
  }
}
