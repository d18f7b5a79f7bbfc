package io.parlance.generation;

/** The best of many scores with where they come from; equal scores in the order they came. */
final class TopCandidates {
  private final float[] scores;
  private final int[] beams;
  private final int[] tokens;
  private int size;

  TopCandidates(int most) {
    scores = new float[most];
    beams = new int[most];
    tokens = new int[most];
  }

  void clear() {
    size = 0;
  }

  void offer(float score, int beam, int token) {
    if (size == scores.length) {
      if (!(score > scores[size - 1])) {
        return;
      }
      size--;
    }
    int at = size++;
    for (; at > 0 && score > scores[at - 1]; at--) {
      scores[at] = scores[at - 1];
      beams[at] = beams[at - 1];
      tokens[at] = tokens[at - 1];
    }
    scores[at] = score;
    beams[at] = beam;
    tokens[at] = token;
  }

  boolean isFull() {
    return size == scores.length;
  }

  int size() {
    return size;
  }

  float score(int rank) {
    return scores[rank];
  }

  int beam(int rank) {
    return beams[rank];
  }

  int token(int rank) {
    return tokens[rank];
  }
}
