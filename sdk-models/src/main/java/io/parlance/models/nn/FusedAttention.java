package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.split;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import java.util.List;

/**
 * Causal self-attention as GPT has it: one projection {@code c_attn} for queries, keys and values
 * side by side, {@code c_proj} at the end, weights stored as [in, out].
 *
 * @param heads number of heads
 * @param weights how new weights are drawn
 * @param outputWeights how those of the last projection are drawn
 */
public record FusedAttention(long heads, Initialization weights, Initialization outputWeights) {

  /** Attends; the shape stays. */
  public Value apply(Scope scope, Value x, CausalSequence sequence, CausalAttention scores) {
    long hidden = x.shape().get(-1).size();
    Value all = scope.in("c_attn", s -> Linear.applyTransposed(s, x, 3 * hidden, weights));
    List<Value> parts = split(all, -1, hidden, hidden, hidden);
    Value context =
        scores.apply(
            sequence,
            Attention.splitHeads(parts.get(0), heads),
            Attention.splitHeads(parts.get(1), heads),
            Attention.splitHeads(parts.get(2), heads),
            null);
    return scope.in("c_proj", s -> Linear.applyTransposed(s, context, hidden, outputWeights));
  }
}
