package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.split;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.RotaryEmbedding.Rotation;
import java.util.List;

/**
 * Causal self-attention whose queries and keys are rotated by position, with keys and values that
 * groups of heads share: {@code q_proj k_proj v_proj o_proj}.
 *
 * @param heads number of query heads
 * @param keyValueHeads number of key and value heads; divides {@code heads}
 * @param headWidth width of a head
 * @param scores how scores are made
 * @param biased whether the projections of queries, keys and values have biases
 * @param output name of the last projection
 * @param outputBiased whether the last projection has a bias
 * @param weights how new weights are drawn
 */
public record RotaryAttention(
    long heads,
    long keyValueHeads,
    long headWidth,
    CausalAttention scores,
    boolean biased,
    String output,
    boolean outputBiased,
    Initialization weights) {

  /** The same with another name of the last projection. */
  public RotaryAttention withOutput(String name) {
    return new RotaryAttention(
        heads, keyValueHeads, headWidth, scores, biased, name, outputBiased, weights);
  }

  /** Attends with one projection for each of queries, keys and values. */
  public Value apply(
      Scope scope, Value x, RotaryEmbedding rotary, Rotation rotation, CausalSequence sequence) {
    Value query = project(scope, "q_proj", x, heads);
    Value key = project(scope, "k_proj", x, keyValueHeads);
    Value value = project(scope, "v_proj", x, keyValueHeads);
    return attend(scope, List.of(query, key, value), x, rotary, rotation, sequence);
  }

  /** Attends with one projection {@code qkv_proj} for queries, keys and values. */
  public Value applyFused(
      Scope scope, Value x, RotaryEmbedding rotary, Rotation rotation, CausalSequence sequence) {
    long query = heads * headWidth;
    long key = keyValueHeads * headWidth;
    Value all = scope.in("qkv_proj", s -> Linear.apply(s, x, query + 2 * key, weights, biased));
    return attend(scope, split(all, -1, query, key, key), x, rotary, rotation, sequence);
  }

  private Value project(Scope scope, String name, Value x, long count) {
    return scope.in(name, s -> Linear.apply(s, x, count * headWidth, weights, biased));
  }

  private Value attend(
      Scope scope,
      List<Value> projected,
      Value x,
      RotaryEmbedding rotary,
      Rotation rotation,
      CausalSequence sequence) {
    Value context =
        scores.apply(
            sequence,
            rotary.apply(Attention.splitHeads(projected.get(0), heads), rotation),
            rotary.apply(Attention.splitHeads(projected.get(1), keyValueHeads), rotation),
            Attention.splitHeads(projected.get(2), keyValueHeads),
            null);
    long hidden = x.shape().get(-1).size();
    return scope.in(output, s -> Linear.apply(s, context, hidden, weights, outputBiased));
  }
}
