package io.parlance;

import java.util.List;

/**
 * How likely a model finds a text after another.
 *
 * @param text the continuation
 * @param tokenLogProbabilities natural logarithm of the probability of each of its tokens
 */
public record ContinuationScore(String text, List<Double> tokenLogProbabilities) {
  public ContinuationScore {
    tokenLogProbabilities = List.copyOf(tokenLogProbabilities);
  }

  /** The logarithm of the probability of the whole continuation. */
  public double sum() {
    return tokenLogProbabilities.stream().mapToDouble(Double::doubleValue).sum();
  }

  /** The mean for a token, by which continuations of different lengths are compared; 0 for none. */
  public double mean() {
    return tokenLogProbabilities.isEmpty() ? 0 : sum() / tokenLogProbabilities.size();
  }
}
