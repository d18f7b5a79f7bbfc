package io.parlance.tokenizers;

import java.util.Objects;

/**
 * How sequences of a batch are brought to one length.
 *
 * @param tokenId id that fills up
 * @param tokenTypeId segment of the tokens that fill up
 * @param side where they go: right for encoders, left for decoders that generate
 * @param minimumLength the batch is at least this long (0: as long as its longest sequence)
 * @param multipleOf the length is rounded up to a multiple of this (1: not rounded)
 */
public record Padding(int tokenId, int tokenTypeId, Side side, int minimumLength, int multipleOf) {
  /** Refuses a negative length and a multiple below 1. */
  public Padding {
    Objects.requireNonNull(side, "side is null");
    if (minimumLength < 0) {
      throw new IllegalArgumentException(
          "minimum length " + minimumLength + " must not be negative");
    }
    if (multipleOf < 1) {
      throw new IllegalArgumentException("multiple " + multipleOf + " must be at least 1");
    }
  }

  /** Pads on the right to the longest sequence. */
  public static Padding longest(int tokenId) {
    return new Padding(tokenId, 0, Side.RIGHT, 0, 1);
  }

  /** This padding at another side. */
  public Padding withSide(Side other) {
    return new Padding(tokenId, tokenTypeId, other, minimumLength, multipleOf);
  }

  /** This padding to at least the given length. */
  public Padding withMinimumLength(int length) {
    return new Padding(tokenId, tokenTypeId, side, length, multipleOf);
  }

  /** This padding with the length rounded up to a multiple. */
  public Padding withMultipleOf(int multiple) {
    return new Padding(tokenId, tokenTypeId, side, minimumLength, multiple);
  }

  int paddedLength(int longest) {
    long length = Math.max(longest, minimumLength);
    long rounded = (length + multipleOf - 1) / multipleOf * multipleOf;
    return Math.toIntExact(rounded);
  }
}
