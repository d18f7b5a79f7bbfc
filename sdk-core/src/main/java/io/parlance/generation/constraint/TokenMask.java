package io.parlance.generation.constraint;

import java.util.Arrays;

/**
 * The tokens that may come next.
 *
 * @param tokens their ids
 * @param needs tokens that surely suffice to end the text after each
 */
record TokenMask(int[] tokens, short[] needs) {
  /** Needs that are not told apart any more. */
  static final int MOST = Short.MAX_VALUE;

  int size() {
    return tokens.length;
  }

  /** Whether one of them leaves the text so that the remaining tokens suffice, it included. */
  boolean hasRoom(int remaining) {
    int room = Math.min(remaining, MOST);
    for (short need : needs) {
      if (need < room) {
        return true;
      }
    }
    return false;
  }

  long bytes() {
    return 64 + 6L * tokens.length;
  }

  /** Collects tokens. */
  static final class Builder {
    private int[] tokens = new int[16];
    private short[] needs = new short[16];
    private int size;

    void add(int token, int need) {
      if (size == tokens.length) {
        tokens = Arrays.copyOf(tokens, size * 2);
        needs = Arrays.copyOf(needs, size * 2);
      }
      tokens[size] = token;
      needs[size++] = (short) Math.min(need, MOST);
    }

    TokenMask build() {
      return new TokenMask(Arrays.copyOf(tokens, size), Arrays.copyOf(needs, size));
    }
  }
}
