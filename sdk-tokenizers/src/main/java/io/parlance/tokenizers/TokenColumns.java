package io.parlance.tokenizers;

/**
 * The columns of an encoding, one entry a token. Never changed once built.
 *
 * @param starts first UTF-16 unit of each token in its own sequence's text
 * @param ends UTF-16 unit after the last
 */
record TokenColumns(
    int[] ids,
    int[] typeIds,
    int[] wordIds,
    int[] sequenceIds,
    int[] starts,
    int[] ends,
    String[] tokens) {

  int length() {
    return ids.length;
  }

  /** How many tokens belong to the sequence (0, 1, or -1 for special tokens). */
  int count(int sequence) {
    int count = 0;
    for (int id : sequenceIds) {
      if (id == sequence) {
        count++;
      }
    }
    return count;
  }
}
