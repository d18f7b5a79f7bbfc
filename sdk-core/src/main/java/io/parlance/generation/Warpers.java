package io.parlance.generation;

/**
 * Processors that shape what tokens are drawn from. Tokens that are left out get negative infinity;
 * each keeps at least {@code keep} of the likeliest.
 */
final class Warpers {
  /** Tokens that top-h looks at, as transformers has it. */
  private static final int TOP_H_TOKENS = 100;

  private Warpers() {}

  static LogitsProcessor temperature(double temperature) {
    float divisor = (float) temperature;
    return (scores, sequence) -> {
      for (int i = 0; i < scores.length; i++) {
        scores[i] /= divisor;
      }
    };
  }

  /** Keeps the k best, and what equals the last of them. */
  static LogitsProcessor topK(int k, int keep) {
    return (scores, sequence) -> {
      float lowest = Distribution.highest(scores, Math.min(Math.max(k, keep), scores.length));
      removeBelow(scores, scores, lowest);
    };
  }

  private static void removeBelow(float[] scores, float[] keys, float limit) {
    for (int i = 0; i < scores.length; i++) {
      if (keys[i] < limit) {
        scores[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  static LogitsProcessor topP(double p, int keep) {
    return (scores, sequence) -> {
      int[] order = Distribution.ascending(scores);
      double norm = Distribution.logSumExp(scores);
      double sum = 0;
      float limit = (float) (1 - p);
      for (int i = 0; i < order.length - keep; i++) {
        sum += (float) Math.exp(scores[order[i]] - norm);
        if ((float) sum > limit) {
          break;
        }
        scores[order[i]] = Float.NEGATIVE_INFINITY;
      }
    };
  }

  static LogitsProcessor minP(double part, int keep) {
    float[][] scratch = new float[1][];
    return (scores, sequence) -> {
      float[] probabilities = probabilities(scratch, scores);
      float limit = (float) part * Distribution.maximum(probabilities);
      removeUnlikely(scores, probabilities, limit, keep);
    };
  }

  static LogitsProcessor epsilon(double cutoff, int keep) {
    float[][] scratch = new float[1][];
    return (scores, sequence) ->
        removeUnlikely(scores, probabilities(scratch, scores), (float) cutoff, keep);
  }

  static LogitsProcessor eta(double cutoff, int keep) {
    float[][] scratch = new float[1][];
    return (scores, sequence) -> {
      float[] probabilities = probabilities(scratch, scores);
      double entropy = Distribution.entropy(probabilities);
      float limit = (float) Math.min(cutoff, Math.sqrt(cutoff) * Math.exp(-entropy));
      removeUnlikely(scores, probabilities, limit, keep);
    };
  }

  /** Removes what is below the limit and not among the {@code keep} best. */
  private static void removeUnlikely(float[] scores, float[] probabilities, float limit, int keep) {
    float kept = Distribution.highest(scores, Math.min(keep, scores.length));
    for (int i = 0; i < scores.length; i++) {
      if (probabilities[i] < limit && scores[i] < kept) {
        scores[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private static float[] probabilities(float[][] scratch, float[] scores) {
    if (scratch[0] == null || scratch[0].length != scores.length) {
      scratch[0] = new float[scores.length];
    }
    Distribution.softmax(scores, scratch[0]);
    return scratch[0];
  }

  /** Keeps tokens whose information is nearest to the entropy, up to a probability. */
  static LogitsProcessor typical(double mass, int keep) {
    return (scores, sequence) -> {
      float[] distances = new float[scores.length];
      double norm = Distribution.logSumExp(scores);
      double entropy = 0;
      for (int i = 0; i < scores.length; i++) {
        double logProbability = scores[i] - norm;
        if (logProbability > Double.NEGATIVE_INFINITY) {
          entropy -= logProbability * Math.exp(logProbability);
        }
      }
      for (int i = 0; i < scores.length; i++) {
        distances[i] = (float) Math.abs(-(scores[i] - norm) - entropy);
      }
      int[] order = Distribution.ascending(distances);
      double sum = 0;
      int last = 0;
      for (int i = 0; i < order.length; i++) {
        sum += Math.exp(scores[order[i]] - norm);
        if ((float) sum >= (float) mass) {
          break;
        }
        last = Math.min(i + 1, order.length - 1);
      }
      float limit = distances[order[last]];
      for (int i = keep; i < order.length; i++) {
        if (distances[order[i]] > limit) {
          scores[order[i]] = Float.NEGATIVE_INFINITY;
        }
      }
    };
  }

  /** Keeps the likeliest tokens while their entropy is at most a part of the whole. */
  static LogitsProcessor topH(double part) {
    return (scores, sequence) -> {
      int[] order = Distribution.ascending(scores);
      int looked = Math.min(TOP_H_TOKENS, order.length);
      double sum = 0;
      float maximum = scores[order[order.length - 1]];
      for (int i = 1; i <= looked; i++) {
        sum += Math.exp(scores[order[order.length - i]] - maximum);
      }
      double entropy = 0;
      double[] terms = new double[looked];
      for (int i = 0; i < looked; i++) {
        double logProbability = scores[order[order.length - 1 - i]] - maximum - Math.log(sum);
        terms[i] =
            logProbability == Double.NEGATIVE_INFINITY
                ? 0
                : -logProbability * Math.exp(logProbability);
        entropy += terms[i];
      }
      int kept = 1;
      double used = terms[0];
      while (kept < looked && used + terms[kept] <= entropy * part) {
        used += terms[kept++];
      }
      for (int i = 0; i < order.length - kept; i++) {
        scores[order[i]] = Float.NEGATIVE_INFINITY;
      }
    };
  }

  static LogitsProcessor renormalize() {
    return (scores, sequence) -> Distribution.logSoftmax(scores);
  }
}
