package io.parlance.task;

import io.parlance.ScoreFunction;

/** Turns logits into scores. */
final class Scores {
  private Scores() {}

  static double[] of(ScoreFunction function, float[] logits) {
    return switch (function) {
      case SOFTMAX -> softmax(logits);
      case SIGMOID -> sigmoid(logits);
      case NONE -> plain(logits);
    };
  }

  private static double[] softmax(float[] logits) {
    double highest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      highest = Math.max(highest, logit);
    }
    double[] scores = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      scores[i] = Math.exp(logits[i] - highest);
      sum += scores[i];
    }
    for (int i = 0; i < logits.length; i++) {
      scores[i] /= sum;
    }
    return scores;
  }

  private static double[] sigmoid(float[] logits) {
    double[] scores = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      scores[i] = 1 / (1 + Math.exp(-logits[i]));
    }
    return scores;
  }

  private static double[] plain(float[] logits) {
    double[] scores = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      scores[i] = logits[i];
    }
    return scores;
  }
}
