package io.parlance.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Processors that forbid, force or favour given tokens. */
final class TokenProcessors {
  private TokenProcessors() {}

  /** Adds to the score of the last token of each sequence where the tokens before it are there. */
  static LogitsProcessor bias(Map<List<Integer>, Double> biases) {
    List<Biased> all = new ArrayList<>();
    biases.forEach(
        (tokens, bias) ->
            all.add(
                new Biased(
                    tokens.stream().mapToInt(Integer::intValue).toArray(), bias.floatValue())));
    return (scores, sequence) -> {
      for (Biased each : all) {
        int prefix = each.tokens.length - 1;
        // transformers wants the whole sequence to fit, although it looks at its beginning only
        boolean fits = prefix == 0 || each.tokens.length <= sequence.length();
        if (fits && sequence.endsWith(each.tokens, prefix)) {
          scores[each.tokens[prefix]] += each.bias;
        }
      }
    };
  }

  private static final class Biased {
    final int[] tokens;
    final float bias;

    Biased(int[] tokens, float bias) {
      this.tokens = tokens;
      this.bias = bias;
    }
  }

  /** Forbids each of the tokens. */
  static LogitsProcessor suppress(int[] tokens) {
    return (scores, sequence) -> forbid(scores, tokens);
  }

  /** Forbids each of the tokens while the sequence has fewer than {@code length}. */
  static LogitsProcessor suppressBelow(int length, int[] tokens) {
    return (scores, sequence) -> {
      if (sequence.length() < length) {
        forbid(scores, tokens);
      }
    };
  }

  /** Forbids each of the tokens while the sequence has exactly {@code length}. */
  static LogitsProcessor suppressAt(int length, int[] tokens) {
    return (scores, sequence) -> {
      if (sequence.length() == length) {
        forbid(scores, tokens);
      }
    };
  }

  private static void forbid(float[] scores, int[] tokens) {
    for (int token : tokens) {
      if (token < scores.length) {
        scores[token] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /** Leaves nothing but the tokens when the sequence has exactly {@code length}. */
  static LogitsProcessor forceAt(int length, int[] tokens) {
    return (scores, sequence) -> {
      if (sequence.length() == length) {
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        for (int token : tokens) {
          scores[token] = 0;
        }
      }
    };
  }

  /** Makes the end likelier with each token after a start. */
  static LogitsProcessor decay(ExponentialDecay decay, int promptLength, int[] endTokens) {
    int start = decay.start() + promptLength;
    return (scores, sequence) -> {
      int beyond = sequence.length() - start;
      if (beyond > 0) {
        double factor = Math.pow(decay.factor(), beyond) - 1;
        for (int token : endTokens) {
          if (token >= scores.length) {
            continue; // never written, so never the end
          }
          scores[token] += (float) (Math.abs(scores[token]) * factor);
        }
      }
    };
  }

  /** Replaces what is no finite number. */
  static LogitsProcessor removeInvalid() {
    return (scores, sequence) -> {
      for (int i = 0; i < scores.length; i++) {
        float score = scores[i];
        if (Float.isNaN(score)) {
          scores[i] = 0;
        } else if (Float.isInfinite(score)) {
          scores[i] = score > 0 ? Float.MAX_VALUE : -Float.MAX_VALUE;
        }
      }
    };
  }
}
