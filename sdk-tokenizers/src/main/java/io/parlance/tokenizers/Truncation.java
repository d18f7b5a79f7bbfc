package io.parlance.tokenizers;

/**
 * Which sequence loses tokens when an encoding is longer than allowed. Special tokens are never
 * cut.
 */
public enum Truncation {
  /** Tokens are taken one at a time from the sequence that is longer at that moment. */
  LONGEST_FIRST,
  /** Only the first sequence is cut. */
  ONLY_FIRST,
  /** Only the second sequence is cut. */
  ONLY_SECOND,
  /** Nothing is cut, whatever the length. */
  DO_NOT_TRUNCATE
}
