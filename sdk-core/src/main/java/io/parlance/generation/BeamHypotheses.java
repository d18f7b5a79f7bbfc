package io.parlance.generation;

import java.util.ArrayList;
import java.util.List;

/**
 * The finished sequences of one group of beams, of which the best are kept. Scores are sums of
 * log-probabilities divided by the number of generated tokens to the power of the length penalty.
 */
final class BeamHypotheses {
  private final int most;
  private final double lengthPenalty;
  private final EarlyStopping earlyStopping;
  private final int longest;
  private final List<Hypothesis> finished = new ArrayList<>();
  private double worst = 1e9;

  /**
   * Without any yet.
   *
   * @param most how many are kept
   * @param longest generated tokens that a sequence can have
   */
  BeamHypotheses(int most, double lengthPenalty, EarlyStopping earlyStopping, int longest) {
    this.most = most;
    this.lengthPenalty = lengthPenalty;
    this.earlyStopping = earlyStopping;
    this.longest = longest;
  }

  /** A finished sequence without its end token. */
  record Hypothesis(double score, TokenSequence sequence, boolean ended) {}

  List<Hypothesis> finished() {
    return finished;
  }

  /**
   * Adds a sequence, if it is among the best.
   *
   * @param generated its generated tokens, the end token included
   */
  void add(TokenSequence sequence, double sum, int generated, boolean ended) {
    double score = sum / Math.pow(generated, lengthPenalty);
    if (finished.size() < most || score > worst) {
      finished.add(new Hypothesis(score, sequence, ended));
      if (finished.size() > most) {
        finished.remove(lowest());
        worst = finished.get(lowest()).score();
      } else {
        worst = Math.min(score, worst);
      }
    }
  }

  private int lowest() {
    int lowest = 0;
    for (int i = 1; i < finished.size(); i++) {
      if (finished.get(i).score() < finished.get(lowest).score()) {
        lowest = i;
      }
    }
    return lowest;
  }

  /**
   * Whether going on is of no use.
   *
   * @param best highest sum of log-probabilities among running beams
   * @param generated their generated tokens
   */
  boolean isDone(double best, int generated) {
    if (finished.size() < most) {
      return false;
    }
    if (earlyStopping == EarlyStopping.TRUE) {
      return true;
    }
    int length = earlyStopping == EarlyStopping.NEVER && lengthPenalty > 0 ? longest : generated;
    return worst >= best / Math.pow(length, lengthPenalty);
  }
}
