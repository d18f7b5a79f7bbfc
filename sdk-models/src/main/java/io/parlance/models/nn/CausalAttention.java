package io.parlance.models.nn;

import io.parlance.models.graph.Value;
import org.jspecify.annotations.Nullable;

/**
 * Attention of tokens to themselves and those before them.
 *
 * @param scale what scores are multiplied with, usually {@code 1 / sqrt(head width)}
 * @param cap scores go through {@code cap * tanh(score / cap)}; 0 for not
 * @param window how many tokens a token sees, itself included; 0 for all
 * @param dropout probability on the attention weights
 */
public record CausalAttention(double scale, double cap, long window, double dropout) {

  public CausalAttention {
    if (window < 0) {
      throw new IllegalArgumentException(
          "an attention window of " + window + " tokens is negative; 0 means no window");
    }
  }

  /** Scores divided by the root of the head width, all tokens visible. */
  public static CausalAttention scaled(long headWidth, double dropout) {
    return new CausalAttention(1 / Math.sqrt(headWidth), 0, 0, dropout);
  }

  /** The same with a window. */
  public CausalAttention window(long tokens) {
    return new CausalAttention(scale, cap, tokens, dropout);
  }

  /**
   * Attends.
   *
   * @param query [batch, heads, sequence, width]
   * @param key [batch, key heads, sequence, width]; {@code key heads} divides {@code heads}
   * @param value as {@code key}
   * @param bias what is added to the scores, the mask of the sequence included; null for that mask
   *     alone
   * @return [batch, sequence, heads * width]
   */
  public Value apply(
      CausalSequence sequence, Value query, Value key, Value value, @Nullable Value bias) {
    CausalSequence.KeysAndValues all = sequence.extend(key, value);
    return Attention.mergeHeads(
        Attention.scaledDotProduct(
            query, all.key(), all.value(), bias == null ? sequence.bias(window) : bias, this));
  }
}
