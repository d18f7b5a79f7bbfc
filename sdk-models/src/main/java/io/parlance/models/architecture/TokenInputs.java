package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;

import io.parlance.models.graph.Value;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one encoder call, each input [batch, sequence].
 *
 * @param attentionMask 1 for real tokens and 0 for padding; [batch, sequence, sequence] says it for
 *     each query on its own
 * @param source all inputs of the call, for those that only one family has; null if they are
 *     choices, which have no others
 */
record TokenInputs(
    Value ids,
    @Nullable Value attentionMask,
    @Nullable Value tokenTypes,
    @Nullable Value positions,
    @Nullable Inputs source) {

  static TokenInputs of(Inputs inputs) {
    return new TokenInputs(
        inputs.get("input_ids"),
        inputs.find("attention_mask"),
        inputs.find("token_type_ids"),
        inputs.find("position_ids"),
        inputs);
  }

  /** An input that only some families have, or null. */
  @Nullable Value find(String name) {
    return source == null ? null : source.find(name);
  }

  /** Choices [batch, choices, sequence] one below the other as [batch * choices, sequence]. */
  TokenInputs flattened() {
    return new TokenInputs(
        flat(ids), flatten(attentionMask), flatten(tokenTypes), flatten(positions), null);
  }

  private static @Nullable Value flatten(@Nullable Value value) {
    return value == null ? null : flat(value);
  }

  private static Value flat(Value value) {
    if (!value.shape().get(-1).isFixed()) {
      return reshape(value, sizes(value.graph(), -1, shape(value, 2, 3)));
    }
    return reshape(value, -1, value.shape().get(-1).size());
  }
}
