package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;

import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import java.util.function.UnaryOperator;

/**
 * What surrounds a sublayer: a residual sum and a layer normalization, before the sublayer ({@code
 * x + dropout(f(norm(x)))}) or after the sum ({@code norm(x + dropout(f(x)))}).
 *
 * @param normFirst whether the sublayer's input is normalized, rather than the sum
 * @param epsilon of the normalization
 * @param dropout probability on what the sublayer gives
 * @param weighted whether the normalization has weights
 */
public record Residual(boolean normFirst, double epsilon, double dropout, boolean weighted) {

  /** With a normalization that has weights. */
  public Residual(boolean normFirst, double epsilon, double dropout) {
    this(normFirst, epsilon, dropout, true);
  }

  /**
   * Writes a sublayer with its surroundings; the shape stays.
   *
   * @param norm the name of the normalization in {@code scope}
   * @param sublayer the function in the middle
   */
  public Value apply(Scope scope, String norm, Value x, UnaryOperator<Value> sublayer) {
    UnaryOperator<Value> normalize =
        y ->
            weighted
                ? scope.in(norm, s -> LayerNorm.apply(s, y, epsilon))
                : LayerNorm.withoutWeights(y, epsilon);
    Value input = normFirst ? normalize.apply(x) : x;
    Value sum = add(x, Dropout.apply(sublayer.apply(input), dropout));
    return normFirst ? sum : normalize.apply(sum);
  }
}
