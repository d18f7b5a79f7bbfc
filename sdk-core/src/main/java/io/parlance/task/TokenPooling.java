package io.parlance.task;

import io.parlance.Pooling;

/** The formulas of sentence-transformers that make one vector of many. */
final class TokenPooling {
  private static final double SMALLEST_LENGTH = 1e-12; // of torch's normalize

  private TokenPooling() {}

  /**
   * One vector of the tokens from one on.
   *
   * @param values the vectors of all tokens, one after the other
   */
  static float[] pool(Pooling pooling, float[] values, int width, int from) {
    int tokens = values.length / width;
    return switch (pooling) {
      case CLS -> token(values, width, 0); // also where a prompt is left out
      case LAST -> token(values, width, tokens - 1);
      case MAX -> max(values, width, from, tokens);
      case MEAN -> sum(values, width, from, tokens, false, 1.0 / (tokens - from));
      case MEAN_SQRT_LEN -> sum(values, width, from, tokens, false, 1 / Math.sqrt(tokens - from));
      case WEIGHTED_MEAN -> {
        double weights = (tokens * (tokens + 1.0) - from * (from + 1.0)) / 2;
        yield sum(values, width, from, tokens, true, 1 / weights);
      }
    };
  }

  private static float[] token(float[] values, int width, int token) {
    float[] vector = new float[width];
    System.arraycopy(values, token * width, vector, 0, width);
    return vector;
  }

  private static float[] max(float[] values, int width, int from, int tokens) {
    float[] vector = token(values, width, from);
    for (int token = from + 1; token < tokens; token++) {
      for (int i = 0; i < width; i++) {
        vector[i] = Math.max(vector[i], values[token * width + i]);
      }
    }
    return vector;
  }

  private static float[] sum(
      float[] values, int width, int from, int tokens, boolean weighted, double factor) {
    double[] sums = new double[width];
    for (int token = from; token < tokens; token++) {
      double weight = weighted ? token + 1 : 1;
      for (int i = 0; i < width; i++) {
        sums[i] += weight * values[token * width + i];
      }
    }
    float[] vector = new float[width];
    for (int i = 0; i < width; i++) {
      vector[i] = (float) (sums[i] * factor);
    }
    return vector;
  }

  /** The same direction with length 1. */
  static float[] normalize(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    double length = Math.max(Math.sqrt(squares), SMALLEST_LENGTH);
    float[] unit = new float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      unit[i] = (float) (vector[i] / length);
    }
    return unit;
  }
}
