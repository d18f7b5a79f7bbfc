package io.parlance.models.ngram;

import java.util.Arrays;

/**
 * N-grams of one length by number, in the order in which they came: each is the number of its
 * history, an n-gram that is one word shorter, and a word. An open hash table over two arrays, for
 * texts have millions of them.
 */
final class NgramIndex {

  static final int ABSENT = -1;

  private static final long SCRAMBLER = 0x9E3779B97F4A7C15L;

  private long[] keys = new long[16];
  private int[] slots = new int[32]; // a number + 1; 0 is free
  private int size;

  int size() {
    return size;
  }

  int history(int ngram) {
    return (int) (keys[ngram] >>> 32);
  }

  int word(int ngram) {
    return (int) keys[ngram];
  }

  int find(int history, int word) {
    return slots[slot(key(history, word))] - 1;
  }

  /** Its number; a new one is {@link #size} as it was before. */
  int add(int history, int word) {
    long key = key(history, word);
    int slot = slot(key);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    if (size == keys.length) {
      grow();
      slot = slot(key);
    }
    keys[size] = key;
    slots[slot] = ++size;
    return size - 1;
  }

  private static long key(int history, int word) {
    return ((long) history << 32) | word;
  }

  /** Where a key is, or the free place where it would go. */
  private int slot(long key) {
    int mask = slots.length - 1;
    int slot = (int) ((key * SCRAMBLER) >>> 32) & mask;
    while (slots[slot] != 0 && keys[slots[slot] - 1] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    if (size >= 1 << 29) {
      throw new IllegalStateException(
          "more than " + size + " n-grams of one length; take a lower order or less text");
    }
    keys = Arrays.copyOf(keys, 2 * size);
    slots = new int[4 * size];
    for (int i = 0; i < size; i++) {
      slots[slot(keys[i])] = i + 1;
    }
  }
}
