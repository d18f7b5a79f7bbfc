package io.parlance.generation;

/** Sums and orders over the scores of a vocabulary. */
final class Distribution {
  private Distribution() {}

  static float maximum(float[] scores) {
    float maximum = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      maximum = Math.max(maximum, score); // NaN stays NaN
    }
    return maximum;
  }

  /** The first of the highest scores. */
  static int argmax(float[] scores) {
    int best = 0;
    float maximum = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] > maximum) {
        maximum = scores[i];
        best = i;
      }
    }
    return best;
  }

  /** The logarithm of the sum of the exponentials. */
  static double logSumExp(float[] scores) {
    float maximum = maximum(scores);
    if (maximum == Float.NEGATIVE_INFINITY) {
      return maximum;
    }
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score - maximum);
    }
    return maximum + Math.log(sum);
  }

  /** Turns scores into log-probabilities. */
  static void logSoftmax(float[] scores) {
    double norm = logSumExp(scores);
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) (scores[i] - norm);
    }
  }

  /** Writes probabilities. */
  static void softmax(float[] scores, float[] probabilities) {
    float maximum = maximum(scores);
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      double each = Math.exp(scores[i] - maximum);
      probabilities[i] = (float) each;
      sum += each;
    }
    for (int i = 0; i < scores.length; i++) {
      probabilities[i] = (float) (probabilities[i] / sum);
    }
  }

  /**
   * The token that a uniform number draws.
   *
   * @param norm {@link #logSumExp} of the scores, finite
   */
  static int draw(float[] scores, double norm, double uniform) {
    double sum = 0;
    int last = 0;
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] != Float.NEGATIVE_INFINITY) {
        sum += Math.exp(scores[i] - norm);
        last = i;
        if (sum > uniform) {
          break;
        }
      }
    }
    return last;
  }

  /** The entropy of probabilities, in nats. */
  static double entropy(float[] probabilities) {
    double entropy = 0;
    for (float p : probabilities) {
      if (p > 0) {
        entropy -= p * Math.log(p);
      }
    }
    return entropy;
  }

  /** Indexes in ascending order of their keys; equal keys in the order of the indexes. */
  static int[] ascending(float[] keys) {
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    sort(order, new int[order.length], keys, 0, order.length);
    return order;
  }

  private static void sort(int[] order, int[] scratch, float[] keys, int from, int to) {
    if (to - from < 16) {
      for (int i = from + 1; i < to; i++) {
        int moved = order[i];
        int j = i;
        for (; j > from && keys[order[j - 1]] > keys[moved]; j--) {
          order[j] = order[j - 1];
        }
        order[j] = moved;
      }
      return;
    }
    int middle = (from + to) >>> 1;
    sort(order, scratch, keys, from, middle);
    sort(order, scratch, keys, middle, to);
    if (keys[order[middle - 1]] <= keys[order[middle]]) {
      return;
    }
    System.arraycopy(order, from, scratch, from, middle - from);
    int left = from;
    int right = middle;
    for (int i = from; left < middle; i++) {
      boolean takeRight = right < to && keys[order[right]] < keys[scratch[left]];
      order[i] = takeRight ? order[right++] : scratch[left++];
    }
  }

  /** The k-th highest score, the first being 1. */
  static float highest(float[] scores, int k) {
    float[] heap = new float[k]; // the lowest of the highest is on top
    int size = 0;
    for (float score : scores) {
      if (size < k) {
        heap[size] = score;
        for (int i = size++; i > 0 && heap[(i - 1) / 2] > heap[i]; i = (i - 1) / 2) {
          swap(heap, i, (i - 1) / 2);
        }
      } else if (score > heap[0]) {
        heap[0] = score;
        sink(heap, k);
      }
    }
    return heap[0];
  }

  private static void sink(float[] heap, int size) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= size) {
        return;
      }
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[i] <= heap[child]) {
        return;
      }
      swap(heap, i, child);
      i = child;
    }
  }

  private static void swap(float[] values, int a, int b) {
    float kept = values[a];
    values[a] = values[b];
    values[b] = kept;
  }
}
