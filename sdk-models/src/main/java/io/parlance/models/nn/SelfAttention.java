package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.split;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.RotaryEmbedding.Rotation;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * Causal self-attention with projections {@code q_proj k_proj v_proj} and one at the end; groups of
 * heads may share keys and values, and queries and keys may be rotated by position.
 *
 * @param heads number of query heads
 * @param keyValueHeads number of key and value heads; divides {@code heads}
 * @param headWidth width of a head
 * @param scores how scores are made
 * @param biased whether the projections of queries, keys and values have biases
 * @param output name of the last projection
 * @param outputBiased whether the last projection has a bias
 * @param weights how new weights are drawn
 * @param outputWeights how those of the last projection are drawn
 */
public record SelfAttention(
    long heads,
    long keyValueHeads,
    long headWidth,
    CausalAttention scores,
    boolean biased,
    String output,
    boolean outputBiased,
    Initialization weights,
    Initialization outputWeights) {

  /** All weights from one distribution. */
  public SelfAttention(
      long heads,
      long keyValueHeads,
      long headWidth,
      CausalAttention scores,
      boolean biased,
      String output,
      boolean outputBiased,
      Initialization weights) {
    this(heads, keyValueHeads, headWidth, scores, biased, output, outputBiased, weights, weights);
  }

  /** The same with another name of the last projection. */
  public SelfAttention withOutput(String name) {
    return new SelfAttention(
        heads,
        keyValueHeads,
        headWidth,
        scores,
        biased,
        name,
        outputBiased,
        weights,
        outputWeights);
  }

  /** Attends with one projection for each of queries, keys and values. */
  public Value apply(Scope scope, Value x, CausalSequence sequence) {
    return attend(scope, project(scope, x), x, UnaryOperator.identity(), sequence);
  }

  /** The same with queries and keys rotated. */
  public Value apply(
      Scope scope, Value x, RotaryEmbedding rotary, Rotation rotation, CausalSequence sequence) {
    return attend(scope, project(scope, x), x, heads -> rotary.apply(heads, rotation), sequence);
  }

  /**
   * The same with queries and keys normalized, head by head, before they are rotated.
   *
   * @param norms normalizes the last axis in a scope of its own: {@code q_layernorm} for queries,
   *     {@code k_layernorm} for keys
   */
  public Value applyNormed(
      Scope scope,
      Value x,
      RotaryEmbedding rotary,
      Rotation rotation,
      CausalSequence sequence,
      BiFunction<Scope, Value, Value> norms) {
    return attend(
        scope,
        project(scope, x),
        x,
        q -> rotary.apply(scope.in("q_layernorm", s -> norms.apply(s, q)), rotation),
        k -> rotary.apply(scope.in("k_layernorm", s -> norms.apply(s, k)), rotation),
        sequence);
  }

  /** Attends with one projection of this name for queries, keys and values, side by side. */
  public Value applyFused(Scope scope, Value x, String name, CausalSequence sequence) {
    return attend(scope, projectFused(scope, x, name), x, UnaryOperator.identity(), sequence);
  }

  /** The same with queries and keys rotated. */
  public Value applyFused(
      Scope scope,
      Value x,
      String name,
      RotaryEmbedding rotary,
      Rotation rotation,
      CausalSequence sequence) {
    return attend(
        scope, projectFused(scope, x, name), x, each -> rotary.apply(each, rotation), sequence);
  }

  private List<Value> projectFused(Scope scope, Value x, String name) {
    long query = heads * headWidth;
    long key = keyValueHeads * headWidth;
    Value all = scope.in(name, s -> Linear.apply(s, x, query + 2 * key, weights, biased));
    return split(all, -1, query, key, key);
  }

  private List<Value> project(Scope scope, Value x) {
    return List.of(
        project(scope, "q_proj", x, heads),
        project(scope, "k_proj", x, keyValueHeads),
        project(scope, "v_proj", x, keyValueHeads));
  }

  private Value project(Scope scope, String name, Value x, long count) {
    return scope.in(name, s -> Linear.apply(s, x, count * headWidth, weights, biased));
  }

  private Value attend(
      Scope scope,
      List<Value> projected,
      Value x,
      UnaryOperator<Value> rotate,
      CausalSequence sequence) {
    return attend(scope, projected, x, rotate, rotate, sequence);
  }

  private Value attend(
      Scope scope,
      List<Value> projected,
      Value x,
      UnaryOperator<Value> query,
      UnaryOperator<Value> key,
      CausalSequence sequence) {
    Value context =
        scores.apply(
            sequence,
            query.apply(Attention.splitHeads(projected.get(0), heads)),
            key.apply(Attention.splitHeads(projected.get(1), keyValueHeads)),
            Attention.splitHeads(projected.get(2), keyValueHeads),
            null);
    long hidden = x.shape().get(-1).size();
    return scope.in(output, s -> Linear.apply(s, context, hidden, outputWeights, outputBiased));
  }
}
