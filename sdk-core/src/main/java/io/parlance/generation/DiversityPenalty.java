package io.parlance.generation;

/**
 * Hamming diversity: lowers the scores of tokens that earlier groups of beams took in this step.
 */
final class DiversityPenalty implements LogitsProcessor {
  private final float penalty;
  private int[] taken = {};
  private int count;

  DiversityPenalty(double penalty) {
    this.penalty = (float) penalty;
  }

  /** Tells which tokens earlier groups took: the first {@code number} of the given ones. */
  void taken(int[] tokens, int number) {
    taken = tokens;
    count = number;
  }

  @Override
  public void process(float[] scores, TokenSequence sequence) {
    for (int i = 0; i < count; i++) {
      scores[taken[i]] -= penalty;
    }
  }
}
