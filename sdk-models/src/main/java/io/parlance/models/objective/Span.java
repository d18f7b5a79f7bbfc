package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of tokens.
 *
 * @param start its first token
 * @param end the token behind its last
 */
public record Span(int start, int end) {

  public Span {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("a span from " + start + " to " + end + " cannot be");
    }
  }

  /** The number of its tokens. */
  public int length() {
    return end - start;
  }

  /** The runs of tokens that are marked. */
  static List<Span> runs(boolean[] marked) {
    List<Span> runs = new ArrayList<>();
    for (int start = 0; start < marked.length; start++) {
      int end = start;
      while (end < marked.length && marked[end]) {
        end++;
      }
      if (end > start) {
        runs.add(new Span(start, end));
        start = end;
      }
    }
    return runs;
  }

  /** A number that falls on {@code i} with the share {@code weights[i]} of their sum. */
  static int draw(double[] weights, double uniform) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    double left = uniform * sum;
    for (int i = 0; i < weights.length - 1; i++) {
      left -= weights[i];
      if (left < 0) {
        return i;
      }
    }
    return weights.length - 1;
  }

  /** The weights of a Poisson distribution at 0 to {@code most}. */
  static double[] poisson(double mean, int most) {
    double[] weights = new double[most + 1];
    weights[0] = Math.exp(-mean);
    for (int i = 1; i <= most; i++) {
      weights[i] = weights[i - 1] * mean / i;
    }
    return weights;
  }

  /**
   * {@code total} as a sum of {@code parts} positive numbers; each way of writing it is equally
   * likely.
   */
  static int[] composition(int total, int parts, CounterRandom random) {
    // a cut may lie behind each of the elements but the last
    int[] order = random.permutation(total - 1);
    boolean[] cut = new boolean[total];
    for (int i = 0; i < parts - 1; i++) {
      cut[order[i]] = true;
    }
    int[] lengths = new int[parts];
    int part = 0;
    for (int i = 0; i < total; i++) {
      lengths[part]++;
      if (cut[i]) {
        part++;
      }
    }
    return lengths;
  }
}
