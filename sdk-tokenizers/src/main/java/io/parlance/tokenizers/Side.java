package io.parlance.tokenizers;

/** The side of a sequence at which tokens are cut off or padding is added. */
public enum Side {
  LEFT,
  RIGHT
}
