package io.parlance.generation;

import java.util.BitSet;

/** Processors that look at which tokens were there before. */
final class RepetitionProcessors {
  private RepetitionProcessors() {}

  /** Divides the scores of tokens in the sequence, multiplies them where they are negative. */
  static LogitsProcessor repetition(double penalty) {
    BitSet seen = new BitSet();
    return (scores, sequence) -> {
      seen.clear();
      for (int i = 0; i < sequence.length(); i++) {
        penalize(scores, sequence.at(i), seen, penalty);
      }
    };
  }

  /** Favours tokens of the source, by the inverse of the penalty. */
  static LogitsProcessor encoderRepetition(double penalty, int[] source) {
    BitSet seen = new BitSet();
    return (scores, sequence) -> {
      seen.clear();
      for (int token : source) {
        penalize(scores, token, seen, 1 / penalty);
      }
    };
  }

  private static void penalize(float[] scores, int token, BitSet seen, double penalty) {
    if (token < scores.length && !seen.get(token)) {
      seen.set(token);
      float score = scores[token];
      scores[token] = score < 0 ? score * (float) penalty : score / (float) penalty;
    }
  }

  /** Forbids tokens that would repeat an n-gram of the sequence. */
  static LogitsProcessor noRepeat(int size) {
    return (scores, sequence) -> {
      int prefix = size - 1;
      int end = sequence.length();
      for (int start = 0; start + prefix < end; start++) {
        if (matches(sequence, start, end - prefix, prefix)) {
          scores[sequence.at(start + prefix)] = Float.NEGATIVE_INFINITY;
        }
      }
    };
  }

  private static boolean matches(TokenSequence sequence, int a, int b, int length) {
    for (int i = 0; i < length; i++) {
      if (sequence.at(a + i) != sequence.at(b + i)) {
        return false;
      }
    }
    return true;
  }

  /** Forbids tokens that would complete an n-gram of the source. */
  static LogitsProcessor noRepeatOfSource(int size, int[] source) {
    return (scores, sequence) -> {
      int prefix = size - 1;
      int from = sequence.length() - prefix;
      if (from < 0) {
        return;
      }
      for (int start = 0; start + prefix < source.length; start++) {
        boolean same = true;
        for (int i = 0; i < prefix && same; i++) {
          same = source[start + i] == sequence.at(from + i);
        }
        if (same) {
          scores[source[start + prefix]] = Float.NEGATIVE_INFINITY;
        }
      }
    };
  }
}
