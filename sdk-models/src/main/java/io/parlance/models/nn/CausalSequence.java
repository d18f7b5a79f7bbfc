package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.and;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.cumulativeSum;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.less;
import static io.parlance.models.graph.Operators.lessOrEqual;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.not;
import static io.parlance.models.graph.Operators.or;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one call of a causal model: which they are, which are padding, where they stand,
 * and what is remembered of those before them. Layers hand it their keys and values in the order of
 * the layers and get back those that queries may look at.
 */
public final class CausalSequence {

  /**
   * Keys and values of one layer.
   *
   * @param key [batch, heads, tokens, width]
   * @param value [batch, heads, tokens, width]
   */
  public record KeysAndValues(Value key, Value value) {}

  private final Value ids;
  private final @Nullable Value mask;
  private final @Nullable Value positions;
  private final List<KeysAndValues> past;
  private final @Nullable Value prefix;
  private final @Nullable Value visible;
  private final @Nullable Value tokenTypes;
  private final List<KeysAndValues> present = new ArrayList<>();
  private final Map<Long, Value> biases = new HashMap<>();
  private @Nullable Value ascending;

  /**
   * A sequence.
   *
   * @param ids [batch, sequence]
   * @param mask [batch, past + sequence], 0 for padding; null if there is none
   * @param positions [batch, sequence]; null for those after the past
   * @param past for each layer what was computed for the tokens before; empty for none
   */
  public CausalSequence(
      Value ids, @Nullable Value mask, @Nullable Value positions, List<KeysAndValues> past) {
    this(ids, mask, positions, past, null, null, null);
  }

  private CausalSequence(
      Value ids,
      @Nullable Value mask,
      @Nullable Value positions,
      List<KeysAndValues> past,
      @Nullable Value prefix,
      @Nullable Value visible,
      @Nullable Value tokenTypes) {
    this.ids = ids;
    this.mask = mask;
    this.positions = positions;
    this.past = List.copyOf(past);
    this.prefix = prefix;
    this.visible = visible;
    this.tokenTypes = tokenTypes;
  }

  /**
   * The same with a prefix that all tokens see, as in prefix language models (Raffel et al. 2019,
   * arXiv:1910.10683, section 3.2.1).
   *
   * @param lengths [batch], INT64
   */
  public CausalSequence withPrefix(Value lengths) {
    return new CausalSequence(ids, mask, positions, past, lengths, visible, tokenTypes);
  }

  /**
   * The same where tokens see no more than a matrix says.
   *
   * @param matrix [batch, sequence, past + sequence], 0 where a token does not see another
   */
  public CausalSequence withVisible(Value matrix) {
    return new CausalSequence(ids, mask, positions, past, prefix, matrix, tokenTypes);
  }

  /**
   * The same with a kind of each token, as GPT's dialogues have it: tokens of the vocabulary too.
   *
   * @param types [batch, sequence]
   */
  public CausalSequence withTokenTypes(Value types) {
    return new CausalSequence(ids, mask, positions, past, prefix, visible, types);
  }

  /** What {@link #withTokenTypes} gave, or null. */
  public @Nullable Value tokenTypes() {
    return tokenTypes;
  }

  /** The token ids [batch, sequence]. */
  public Value ids() {
    return ids;
  }

  /** The padding mask [batch, past + sequence], or null. */
  public @Nullable Value mask() {
    return mask;
  }

  /** The index of each token: [batch, sequence], or [sequence] where all rows are the same. */
  public Value positions() {
    Value given = positions;
    if (given != null) {
      return given;
    }
    if (ascending == null) {
      Value counted = Positions.ascending(ids);
      ascending = past.isEmpty() ? counted : add(counted, pastLength());
    }
    return ascending;
  }

  /**
   * Positions that do not count padding: how many real tokens stand before each, -1 for padding in
   * front; those that were given where they were.
   *
   * @return [batch, sequence] or, without a mask, as {@link #positions}
   */
  public Value positionsAmongReal() {
    Value all = mask;
    if (all == null || positions != null) {
      return positions();
    }
    Value counted = sub(mul(cumulativeSum(all, 1, false), all), Operators.scalarLike(all, 1));
    return past.isEmpty()
        ? counted
        : slice(counted, 1, unsqueeze(pastLength(), 0), unsqueeze(length(), 0));
  }

  /**
   * Positions that leave out padding and begin after that of padding, as {@link
   * Positions#afterPadding} has them; those before count as real tokens.
   *
   * @return [batch, sequence]
   */
  public Value positionsAfterPadding(long paddingToken) {
    Value own = Positions.afterPadding(ids, paddingToken, paddingToken);
    return past.isEmpty()
        ? own
        : Operators.where(
            equal(ids, Operators.scalarLike(ids, paddingToken)), own, add(own, pastLength()));
  }

  /**
   * The index of each key among the real tokens of its row, 0 for padding: [batch or 1, past +
   * sequence], floating point.
   */
  public Value keyPositions() {
    ElementType type = ids.graph().floatType();
    Value all = mask;
    if (all == null) {
      return unsqueeze(cast(range(length()), type), 0);
    }
    return cast(mul(sub(cumulativeSum(all, 1, false), Operators.scalarLike(all, 1)), all), type);
  }

  /**
   * What is added to scores so that a token sees neither padding nor what comes after it.
   *
   * @param window how many tokens it sees, itself included; 0 for all
   * @return [batch or 1, 1, sequence, past + sequence]: 0 or the lowest float
   */
  public Value bias(long window) {
    return biases.computeIfAbsent(window, this::newBias);
  }

  private Value newBias(long window) {
    Value keys = unsqueeze(keyIndexes(), 0); // [1, past + sequence]
    Value queries = unsqueeze(queryIndexes(), 1); // [sequence, 1]
    Value visible = lessOrEqual(keys, queries);
    if (window > 0) {
      visible = and(visible, less(sub(queries, keys), ids.graph().longScalar(window)));
    }
    if (prefix != null) {
      visible = or(visible, less(unsqueeze(keys, 0), unsqueeze(prefix, 1, 2)));
    }
    if (this.visible != null) {
      Value zero = Operators.scalarLike(this.visible, 0);
      visible = and(visible, not(equal(this.visible, zero)));
    }
    ElementType type = ids.graph().floatType();
    Value blocked = mul(sub(1, cast(visible, type)), Attention.BLOCKED);
    Value causal = visible.shape().rank() == 2 ? unsqueeze(blocked, 0, 1) : unsqueeze(blocked, 1);
    // the two added could leave the range of floats
    return mask == null ? causal : Operators.min(causal, Attention.paddingBias(mask));
  }

  /** Where the tokens stand among all, padding counted: [sequence]. */
  public Value queryIndexes() {
    Value own = range(squeeze(shape(ids, 1, 2), 0));
    return past.isEmpty() ? own : add(own, pastLength());
  }

  /** 0, 1, 2, ... for all that queries may look at: [past + sequence]. */
  public Value keyIndexes() {
    return range(length());
  }

  /** The number of tokens, with those before: a scalar. */
  private Value length() {
    Value own = squeeze(shape(mask == null ? ids : mask, 1, 2), 0);
    return mask != null || past.isEmpty() ? own : add(pastLength(), own);
  }

  private Value pastLength() {
    return squeeze(shape(past.get(0).key(), 2, 3), 0);
  }

  /**
   * Adds a layer's keys and values to those of the past.
   *
   * @return all that there are now: what the next call gets as its past
   */
  public KeysAndValues extend(Value key, Value value) {
    int layer = present.size();
    KeysAndValues all = new KeysAndValues(key, value);
    if (!past.isEmpty()) {
      KeysAndValues before = past.get(layer);
      all = new KeysAndValues(concat(2, before.key(), key), concat(2, before.value(), value));
    }
    present.add(all);
    return all;
  }

  /** The keys and values of the layers so far, the past included. */
  public List<KeysAndValues> present() {
    return List.copyOf(present);
  }
}
