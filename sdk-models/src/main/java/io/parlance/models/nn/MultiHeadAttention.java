package io.parlance.models.nn;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence.KeysAndValues;
import org.jspecify.annotations.Nullable;

/**
 * Attention of encoder-decoders (Vaswani et al. 2017, arXiv:1706.03762): of all positions to all,
 * of each to those before it, or of a decoder to what its encoder gave; with a projection each of
 * queries, keys, values and of the result.
 *
 * @param heads number of heads
 * @param headWidth width of a head
 * @param query projection of the queries
 * @param key projection of the keys
 * @param value projection of the values
 * @param output projection of what the heads found
 * @param biased whether the projections have biases
 * @param scores how scores are made
 */
public record MultiHeadAttention(
    long heads,
    long headWidth,
    Projection query,
    Projection key,
    Projection value,
    Projection output,
    boolean biased,
    CausalAttention scores) {

  /**
   * One of the projections.
   *
   * @param name of its module
   * @param weights how new weights are drawn
   */
  public record Projection(String name, Initialization weights) {}

  /**
   * All positions look at all.
   *
   * @param x [batch, sequence, hidden]
   * @param bias added to the scores [batch, heads, sequence, sequence], broadcasting; null for none
   * @return [batch, sequence, hidden]
   */
  public Value apply(Scope scope, Value x, @Nullable Value bias) {
    Value queries = project(scope, query, x);
    return attend(scope, x, queries, keysAndValues(scope, x), bias);
  }

  /**
   * Each position looks at itself and those before it.
   *
   * @param bias as above, the mask of the sequence included; null for that mask alone
   */
  public Value causal(Scope scope, Value x, CausalSequence sequence, @Nullable Value bias) {
    Value queries = project(scope, query, x);
    KeysAndValues own = keysAndValues(scope, x);
    KeysAndValues all = sequence.extend(own.key(), own.value());
    return attend(scope, x, queries, all, bias == null ? sequence.bias(scores.window()) : bias);
  }

  /** Each position looks at all that an encoder gave. */
  public Value cross(Scope scope, Value x, EncodedSequence encoded) {
    Value queries = project(scope, query, x);
    KeysAndValues all = encoded.next(states -> keysAndValues(scope, states));
    return attend(scope, x, queries, all, encoded.bias());
  }

  private KeysAndValues keysAndValues(Scope scope, Value x) {
    return new KeysAndValues(project(scope, key, x), project(scope, value, x));
  }

  /** [batch, heads, sequence, width]. */
  private Value project(Scope scope, Projection projection, Value x) {
    return Attention.splitHeads(
        scope.in(
            projection.name,
            s -> Linear.apply(s, x, heads * headWidth, projection.weights, biased)),
        heads);
  }

  private Value attend(
      Scope scope, Value x, Value queries, KeysAndValues seen, @Nullable Value bias) {
    Value context =
        Attention.mergeHeads(
            Attention.scaledDotProduct(queries, seen.key(), seen.value(), bias, scores));
    long hidden = x.shape().get(-1).size();
    return scope.in(output.name, s -> Linear.apply(s, context, hidden, output.weights, biased));
  }
}
