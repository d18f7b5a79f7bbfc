package io.parlance;

/** How the vectors of a text's tokens become one, as sentence-transformers calls it. */
public enum Pooling {
  /** The vector of the first token. */
  CLS,
  /** The mean of all tokens, special tokens included. */
  MEAN,
  /** The largest value of each dimension. */
  MAX,
  /** The sum over the square root of the number of tokens. */
  MEAN_SQRT_LEN,
  /** The mean with weights 1, 2, 3 ... by position. */
  WEIGHTED_MEAN,
  /** The vector of the last token. */
  LAST
}
