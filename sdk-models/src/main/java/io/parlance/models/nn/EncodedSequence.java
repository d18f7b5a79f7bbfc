package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.concat;

import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence.KeysAndValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an encoder gave, as the layers of a decoder look at it: the states, or the keys and values
 * that were made of them in an earlier call. Layers ask in their order.
 */
public final class EncodedSequence {

  private final @Nullable Value states;
  private final @Nullable Value mask;
  private final List<KeysAndValues> past;
  private final List<KeysAndValues> present = new ArrayList<>();
  private @Nullable Value bias;

  /**
   * A sequence.
   *
   * @param states [batch, source, hidden]; null where all keys and values are known
   * @param mask [batch, source], 0 for padding; null if there is none
   * @param past for each layer the keys and values of an earlier call; empty for none. Where both
   *     states and a past are given, their lengths add up: one of them is 0
   */
  public EncodedSequence(@Nullable Value states, @Nullable Value mask, List<KeysAndValues> past) {
    this.states = states;
    this.mask = mask;
    this.past = List.copyOf(past);
  }

  /** What hides padding from queries: [batch, 1, 1, source]; null where there is no mask. */
  @Nullable Value bias() {
    Value given = mask;
    if (given != null && bias == null) {
      bias = Attention.paddingBias(given);
    }
    return bias;
  }

  /**
   * The keys and values of the next layer.
   *
   * @param project makes them of the states
   */
  KeysAndValues next(Function<Value, KeysAndValues> project) {
    KeysAndValues known = past.isEmpty() ? null : past.get(present.size());
    KeysAndValues all;
    if (states == null) {
      all = Objects.requireNonNull(known, "an encoded sequence has states or a past");
    } else {
      KeysAndValues fresh = project.apply(states);
      all =
          known == null
              ? fresh
              : new KeysAndValues(
                  concat(2, known.key(), fresh.key()), concat(2, known.value(), fresh.value()));
    }
    present.add(all);
    return all;
  }

  /** The keys and values of the layers so far. */
  public List<KeysAndValues> present() {
    return List.copyOf(present);
  }
}
