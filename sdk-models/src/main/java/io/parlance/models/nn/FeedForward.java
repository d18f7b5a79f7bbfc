package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.split;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import java.util.List;

/**
 * The part of a transformer layer that looks at each token alone, in its kinds: {@code
 * down(activation(up(x)))}, and gated {@code down(activation(gate(x)) * up(x))} (Shazeer 2020,
 * arXiv:2002.05202).
 *
 * @param width of the inner layer
 * @param activation between the layers
 * @param inner initialization of the layers that widen
 * @param outer initialization of the layer that narrows
 * @param dropout probability on what goes into the layer that narrows
 */
public record FeedForward(
    long width, Activation activation, Initialization inner, Initialization outer, double dropout) {

  /** Without dropout. */
  public FeedForward(
      long width, Activation activation, Initialization inner, Initialization outer) {
    this(width, activation, inner, outer, 0);
  }

  /** All weights from one distribution. */
  public FeedForward(long width, Activation activation, Initialization weights) {
    this(width, activation, weights, weights);
  }

  /** The plain kind, by layers of these names, with biases or without. */
  public Value apply(Scope scope, Value x, String up, String down, boolean biased) {
    long outputs = x.shape().get(-1).size();
    Value widened = scope.in(up, s -> activation.apply(Linear.apply(s, x, width, inner, biased)));
    Value kept = Dropout.apply(widened, dropout);
    return scope.in(down, s -> Linear.apply(s, kept, outputs, outer, biased));
  }

  /** The plain kind with biases and weights stored as [in, out], by layers of these names. */
  public Value applyTransposed(Scope scope, Value x, String up, String down) {
    long outputs = x.shape().get(-1).size();
    Value widened = scope.in(up, s -> activation.apply(Linear.applyTransposed(s, x, width, inner)));
    Value kept = Dropout.apply(widened, dropout);
    return scope.in(down, s -> Linear.applyTransposed(s, kept, outputs, outer));
  }

  /** The gated kind, by layers of these names, with biases or without. */
  public Value applyGated(
      Scope scope, Value x, String gate, String up, String down, boolean biased) {
    long outputs = x.shape().get(-1).size();
    Value gated = scope.in(gate, s -> activation.apply(Linear.apply(s, x, width, inner, biased)));
    Value widened = scope.in(up, s -> Linear.apply(s, x, width, inner, biased));
    Value kept = Dropout.apply(mul(gated, widened), dropout);
    return scope.in(down, s -> Linear.apply(s, kept, outputs, outer, biased));
  }

  /**
   * The gated kind without biases, gate and up side by side in one layer, by layers of these names.
   */
  public Value applyFusedGated(Scope scope, Value x, String gateAndUp, String down) {
    return applyFusedGated(scope, x, gateAndUp, down, false);
  }

  /** The same with biases or without. */
  public Value applyFusedGated(
      Scope scope, Value x, String gateAndUp, String down, boolean biased) {
    long outputs = x.shape().get(-1).size();
    List<Value> halves =
        scope.in(
            gateAndUp, s -> split(Linear.apply(s, x, 2 * width, inner, biased), -1, width, width));
    Value product = mul(activation.apply(halves.get(0)), halves.get(1));
    Value kept = Dropout.apply(product, dropout);
    return scope.in(down, s -> Linear.apply(s, kept, outputs, outer, biased));
  }
}
