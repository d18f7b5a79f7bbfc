package io.parlance.task;

/**
 * Softmax in single precision, as the reference computes it: what ties there ties here, so that
 * ranks are the same.
 */
final class Softmax {
  private Softmax() {}

  /** Replaces logits {@code [from, to)} by their probabilities. */
  static void apply(float[] logits, int from, int to) {
    float highest = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      highest = Math.max(highest, logits[i]);
    }
    float sum = 0;
    for (int i = from; i < to; i++) {
      logits[i] = (float) Math.exp(logits[i] - highest);
      sum += logits[i];
    }
    for (int i = from; i < to; i++) {
      logits[i] /= sum;
    }
  }
}
