package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.expand;
import static io.parlance.models.graph.Operators.gatherElements;
import static io.parlance.models.graph.Operators.lessOrEqual;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.softmax;
import static io.parlance.models.graph.Operators.split;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.tanh;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Scaled dot-product attention with several heads (Vaswani et al. 2017, arXiv:1706.03762). */
public final class Attention {

  /**
   * The lowest finite float: added to scores of positions that must not be seen, as the reference
   * does.
   */
  static final double BLOCKED = -3.4028234663852886e38;

  private Attention() {}

  /**
   * Splits the last axis into heads.
   *
   * @param x [batch, sequence, heads * width]
   * @return [batch, heads, sequence, width]
   */
  public static Value splitHeads(Value x, long heads) {
    long width = x.shape().get(-1).size() / heads;
    return transpose(reshape(x, 0, 0, heads, width), 0, 2, 1, 3);
  }

  /**
   * Splits one projection into queries, keys and values, which lie side by side in each head.
   *
   * @param x [batch, sequence, heads * 3 * width]
   * @return three times [batch, heads, sequence, width]
   */
  public static List<Value> splitFusedHeads(Value x, long heads) {
    long width = x.shape().get(-1).size() / (3 * heads);
    return split(splitHeads(x, heads), -1, width, width, width);
  }

  /** The inverse of {@link #splitHeads}. */
  public static Value mergeHeads(Value x) {
    long hidden = x.shape().get(1).size() * x.shape().get(3).size();
    return reshape(transpose(x, 0, 2, 1, 3), 0, 0, hidden);
  }

  /**
   * {@code dropout(softmax(q kᵀ / sqrt(width) + bias)) v}.
   *
   * @param query [batch, heads, queries, width]
   * @param key [batch, heads, keys, width]
   * @param value [batch, heads, keys, width]
   * @param bias added to the scores [batch, heads, queries, keys], broadcasting; null for none
   * @param dropout probability on the attention weights
   * @return [batch, heads, queries, width]
   */
  public static Value scaledDotProduct(
      Value query, Value key, Value value, @Nullable Value bias, double dropout) {
    return scaledDotProduct(
        query, key, value, bias, CausalAttention.scaled(query.shape().get(-1).size(), dropout));
  }

  /**
   * Attention with other scores, and with keys and values that groups of heads share (Ainslie et
   * al. 2023, arXiv:2305.13245).
   *
   * @param query [batch, heads, queries, width]
   * @param key [batch, key heads, keys, width]; {@code key heads} divides {@code heads}
   * @param value as {@code key}
   * @param bias [batch, heads, queries, keys], broadcasting; null for none
   * @param scores how scores are made; their window is the caller's to put into {@code bias}
   * @return [batch, heads, queries, width]
   */
  static Value scaledDotProduct(
      Value query, Value key, Value value, @Nullable Value bias, CausalAttention scores) {
    long heads = query.shape().get(1).size();
    long keyHeads = key.shape().get(1).size();
    if (heads == keyHeads) {
      return weighted(query, transpose(key, 0, 1, 3, 2), value, bias, scores);
    }
    long width = query.shape().get(-1).size();
    Value groups = reshape(query, 0, keyHeads, heads / keyHeads, -1, width);
    Value result =
        weighted(
            groups,
            transpose(unsqueeze(key, 2), 0, 1, 2, 4, 3),
            unsqueeze(value, 2),
            bias == null ? null : unsqueeze(bias, 1),
            scores);
    return reshape(result, 0, heads, -1, width);
  }

  private static Value weighted(
      Value query, Value keyTransposed, Value value, @Nullable Value bias, CausalAttention how) {
    Value scores = matMul(how.scale() == 1 ? query : mul(query, how.scale()), keyTransposed);
    if (how.cap() != 0) {
      scores = mul(tanh(mul(scores, 1 / how.cap())), how.cap());
    }
    Value weights = softmax(bias == null ? scores : add(scores, bias), -1);
    return matMul(Dropout.apply(weights, how.dropout()), value);
  }

  /**
   * The bias that hides padding.
   *
   * @param mask [batch, keys] with 1 for real tokens and 0 for padding, or [batch, queries, keys]
   *     with 1 where a query sees a key
   * @return [batch, 1, 1 or queries, keys]: 0 or the lowest float
   */
  public static Value paddingBias(Value mask) {
    Value visible = cast(mask, mask.graph().floatType());
    Value each = mask.shape().rank() == 3 ? unsqueeze(visible, 1) : unsqueeze(visible, 1, 2);
    return mul(sub(1, each), BLOCKED);
  }

  /**
   * Scores by distance, put where they belong.
   *
   * @param byDistance [batch, heads, queries, distances]
   * @param index which of the distances a pair has [queries, keys], INT64
   * @return [batch, heads, queries, keys]
   */
  static Value picked(Value byDistance, Value index) {
    Value everywhere =
        expand(
            unsqueeze(index, 0, 1),
            sizes(byDistance.graph(), shape(byDistance, 0, 2), shape(index)));
    return gatherElements(byDistance, everywhere, 3);
  }

  /** A bias [..., queries, keys] for the first query alone. */
  public static @Nullable Value firstQuery(@Nullable Value bias) {
    return bias == null || bias.shape().get(-2).is(1) ? bias : slice(bias, -2, 0, 1);
  }

  /**
   * The bias that hides what comes later.
   *
   * @param sequence a value whose axis 1 is the sequence
   * @return [1, 1, sequence, sequence]
   */
  public static Value causalBias(Value sequence) {
    Value positions = range(squeeze(shape(sequence, 1, 2), 0));
    Value visible = lessOrEqual(unsqueeze(positions, 0), unsqueeze(positions, 1));
    ElementType type = sequence.graph().floatType();
    return unsqueeze(mul(sub(1, cast(visible, type)), BLOCKED), 0, 1);
  }

  /**
   * Padding and causality together: the two added could leave the range of floats, so the lower is
   * taken.
   */
  public static Value causalPaddingBias(Value mask) {
    return io.parlance.models.graph.Operators.min(causalBias(mask), paddingBias(mask));
  }
}
