package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.softmax;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.transpose;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import org.jspecify.annotations.Nullable;

/**
 * Attention by relative positions (Dai et al. 2019, arXiv:1901.02860) as XLNet has it (Yang et al.
 * 2019, arXiv:1906.08237): the score of query i for key j is {@code (q + r_w_bias)·k(j) + (q +
 * r_r_bias)·r(i - j) + (q + r_s_bias)·s(same segment or not)}, divided by the root of the width.
 * The projections are parameters [hidden, heads, width].
 */
public final class TransformerXlAttention {

  private final Scope scope;
  private final long hidden;
  private final long heads;
  private final long width;
  private final double dropout;
  private final Initialization weights;
  private final Value segmentBias;
  private final Value segments;

  /**
   * The attention of a layer.
   *
   * @param scope where its parameters are
   * @param hidden width of the states
   * @param dropout probability on the attention weights
   * @param weights how new parameters begin
   */
  public TransformerXlAttention(
      Scope scope, long hidden, long heads, double dropout, Initialization weights) {
    this.scope = scope;
    this.hidden = hidden;
    this.heads = heads;
    this.width = hidden / heads;
    this.dropout = dropout;
    this.weights = weights;
    // in every checkpoint, whether there are segments or not
    this.segmentBias = scope.parameter("r_s_bias", weights, heads, width);
    this.segments = scope.parameter("seg_embed", weights, 2, heads, width);
  }

  /**
   * What is known of the keys of all positions, for queries of both streams.
   *
   * @param keys [batch, heads, keys, width]
   * @param values [batch, heads, keys, width]
   * @param distances projected embeddings of distances [1 or batch, heads, distances, width]
   * @param index which of the distances a pair has [queries, keys]
   * @param otherSegment 1 where query and key are of different segments, 0 elsewhere [batch, 1,
   *     queries, keys]; null if there are no segments
   */
  public record Keys(
      Value keys, Value values, Value distances, Value index, @Nullable Value otherSegment) {}

  /**
   * Projects the keys.
   *
   * @param states [batch, keys, hidden]
   * @param distances embeddings of distances [1 or batch, distances, hidden]
   * @param index see {@link Keys}
   * @param otherSegment see {@link Keys}
   */
  public Keys keys(Value states, Value distances, Value index, @Nullable Value otherSegment) {
    return new Keys(
        Attention.splitHeads(project("k", states), heads),
        Attention.splitHeads(project("v", states), heads),
        Attention.splitHeads(project("r", distances), heads),
        index,
        otherSegment);
  }

  /** Projects queries: [batch, queries, hidden] to [batch, queries, heads * width]. */
  public Value queries(Value states) {
    return project("q", states);
  }

  /**
   * What queries find.
   *
   * @param queries as {@link #queries} gives them, one for each position
   * @param bias added to the scores; null for none
   * @return [batch, queries, heads * width]
   */
  public Value find(Value queries, Keys keys, @Nullable Value bias) {
    Value q = Attention.splitHeads(queries, heads);
    Value content =
        matMul(
            add(q, bias(scope.parameter("r_w_bias", weights, heads, width))),
            transpose(keys.keys, 0, 1, 3, 2));
    Value byDistance =
        matMul(
            add(q, bias(scope.parameter("r_r_bias", weights, heads, width))),
            transpose(keys.distances, 0, 1, 3, 2));
    Value scores = add(content, Attention.picked(byDistance, keys.index));
    if (keys.otherSegment != null) {
      Value rows = transpose(segments, 1, 2, 0); // [heads, width, 2]
      Value bySegment = matMul(add(q, bias(segmentBias)), rows); // [batch, heads, queries, 2]
      Value same = slice(bySegment, 3, 0, 1);
      Value more = sub(slice(bySegment, 3, 1, 2), same);
      scores = add(scores, add(same, mul(keys.otherSegment, more)));
    }
    Value scaled = mul(scores, 1 / Math.sqrt(width));
    Value attention = softmax(bias == null ? scaled : add(scaled, bias), -1);
    return Attention.mergeHeads(matMul(Dropout.apply(attention, dropout), keys.values));
  }

  /** Projects what was found back: [batch, queries, hidden]. */
  public Value output(Value found) {
    Value o = scope.parameter("o", weights, hidden, heads, width);
    return matMul(found, transpose(reshape(o, hidden, heads * width), 1, 0));
  }

  private Value project(String name, Value states) {
    Value weight = scope.parameter(name, weights, hidden, heads, width);
    return matMul(states, reshape(weight, hidden, heads * width));
  }

  private Value bias(Value parameter) {
    return reshape(parameter, 1, heads, 1, width);
  }
}
