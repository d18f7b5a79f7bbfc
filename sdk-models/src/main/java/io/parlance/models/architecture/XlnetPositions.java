package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.and;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.clip;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.constantOfShape;
import static io.parlance.models.graph.Operators.cos;
import static io.parlance.models.graph.Operators.div;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.greater;
import static io.parlance.models.graph.Operators.less;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.not;
import static io.parlance.models.graph.Operators.or;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sin;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.unsqueeze;
import static io.parlance.models.graph.Operators.where;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * Who sees whom at which distance in XLNet. Queries are the tokens of the segment; keys are the
 * memory of earlier ones and then the same tokens.
 */
final class XlnetPositions {

  // what the reference subtracts from the scores of what is hidden
  private static final double HIDDEN = -1e30;

  private final XlnetConfig.AttentionRules rules;
  private final Value ids;
  private final @Nullable Value memory;
  private final Value queries; // the number of queries, a scalar
  private final Value remembered; // the number of keys before them
  private final @Nullable Value hidden; // [batch or 1, queries or 1, keys], BOOL
  private final @Nullable Value otherSegment;

  /**
   * Positions.
   *
   * @param memory the memory of the first layer [memory, batch, hidden]; null for none
   */
  XlnetPositions(XlnetConfig config, TokenInputs tokens, @Nullable Value memory) {
    this.rules = config.attention();
    this.ids = tokens.ids();
    this.memory = memory;
    Graph graph = ids.graph();
    this.queries = squeeze(shape(ids, 1, 2), 0);
    this.remembered = memory == null ? graph.longScalar(0) : squeeze(shape(memory, 0, 1), 0);
    this.hidden = hidden(tokens);
    this.otherSegment = tokens.tokenTypes() == null ? null : otherSegment(tokens.tokenTypes());
  }

  private Value keys() {
    return memory == null ? queries : add(remembered, queries);
  }

  /**
   * Sinusoids of the distances from the number of keys down to minus the number of queries,
   * exclusive: [1 or batch, distances, hidden].
   */
  Value distances(long width, ElementType type) {
    Graph graph = ids.graph();
    Value count = add(keys(), rules.causal() ? graph.longScalar(1) : queries);
    Value distance = cast(sub(keys(), range(count)), type);
    if (rules.clampLength() > 0) {
      distance = clip(distance, -rules.clampLength(), rules.clampLength());
    }
    double[] frequencies = new double[(int) (width + 1) / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) (1 / Math.pow(10_000, 2.0 * i / width));
    }
    Value each = graph.constant(Literal.of(type, new long[] {frequencies.length}, frequencies));
    Value angles = unsqueeze(mul(unsqueeze(distance, 1), each), 0); // [1, distances, width / 2]
    if (rules.bothDirections()) {
      angles = mul(angles, directions(type));
    }
    return concat(2, sin(angles), cos(angles));
  }

  /** 1 for the first half of the batch, -1 for the second: [batch, 1, 1]. */
  private Value directions(ElementType type) {
    Graph graph = ids.graph();
    Value batch = squeeze(shape(ids, 0, 1), 0);
    Value backwards = not(less(range(batch), div(batch, graph.longScalar(2))));
    return unsqueeze(sub(1, mul(cast(backwards, type), 2)), 1, 2);
  }

  /** Which of {@link #distances} a pair has: [queries, keys]. */
  Value index() {
    Value index = add(sub(queries, unsqueeze(range(queries), 1)), unsqueeze(range(keys()), 0));
    // a causal token does not see those after it, whose distances are not there
    return rules.causal() ? where(less(index, keys()), index, keys()) : index;
  }

  /** What the content stream does not see; every token sees itself. Null if all is seen. */
  @Nullable Value contentBias() {
    if (hidden == null) {
      return null;
    }
    Value itself =
        equal(unsqueeze(range(keys()), 0), add(unsqueeze(range(queries), 1), remembered));
    return bias(and(hidden, not(itself)));
  }

  /** What the query stream does not see; null if all is seen. */
  @Nullable Value queryBias() {
    return hidden == null ? null : bias(hidden);
  }

  private Value bias(Value blocked) {
    return unsqueeze(mul(cast(blocked, ids.graph().floatType()), HIDDEN), 1);
  }

  private @Nullable Value hidden(TokenInputs tokens) {
    ElementType type = ids.graph().floatType();
    Value mask = tokens.attentionMask();
    Value permutation = tokens.find("perm_mask");
    Value hidden = mask == null ? null : unsqueeze(sub(1, cast(mask, type)), 1);
    if (permutation != null) {
      Value given = cast(permutation, type);
      hidden = hidden == null ? given : add(hidden, given);
    }
    Value blocked = hidden == null ? null : greater(withMemory(hidden), ids.graph().scalar(0));
    if (!rules.causal()) {
      return blocked;
    }
    Value later = unsqueeze(later(), 0);
    return blocked == null ? later : or(blocked, later);
  }

  /** Zeros for the memory, all of which is seen, before the last axis. */
  private Value withMemory(Value mask) {
    if (memory == null) {
      return mask;
    }
    Graph graph = ids.graph();
    Value zeros =
        constantOfShape(sizes(graph, shape(mask, 0, 2), shape(memory, 0, 1)), graph.floatType(), 0);
    return concat(2, zeros, mask);
  }

  /** Where a key comes after the query, or too long before it: [queries, keys]. */
  private Value later() {
    Value query = unsqueeze(range(queries), 1);
    Value key = unsqueeze(range(keys()), 0);
    Value after = greater(key, add(query, remembered));
    return rules.sameLength() ? or(after, and(less(key, queries), less(key, query))) : after;
  }

  /** See {@link io.parlance.models.nn.TransformerXlAttention.Keys}. */
  @Nullable Value otherSegment() {
    return otherSegment;
  }

  /** The memory counts as segment 0. */
  private Value otherSegment(Value types) {
    Value all = types;
    if (memory != null) {
      Value zeros =
          constantOfShape(
              sizes(ids.graph(), shape(ids, 0, 1), shape(memory, 0, 1)), ElementType.INT64, 0);
      all = concat(1, zeros, types);
    }
    Value same = equal(unsqueeze(types, 2), unsqueeze(all, 1));
    return unsqueeze(cast(not(same), ids.graph().floatType()), 1);
  }
}
