package io.parlance.models.autodiff;

import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Products with constant scalars, folded so that a tensor is passed through once. */
final class Scaling {

  private Scaling() {}

  /** The number of a floating point constant of one element; null for everything else. */
  static @Nullable Double constant(Value value) {
    Literal literal = value.literal();
    if (literal == null || !value.shape().elements().is(1)) {
      return null;
    }
    ByteBuffer data = ByteBuffer.wrap(literal.data()).order(ByteOrder.LITTLE_ENDIAN);
    if (literal.type() == ElementType.FLOAT32) {
      return (double) data.getFloat();
    }
    return literal.type() == ElementType.FLOAT64 ? data.getDouble() : null;
  }

  /** {@code a * factor}. */
  static Value times(Value a, double factor) {
    if (factor == 1) {
      return a;
    }
    Double number = constant(a);
    if (number != null && a.shape().rank() == 0) {
      return Operators.scalarLike(a, number * factor);
    }
    Node producer = a.producer();
    if (producer != null && producer.operator().equals("Mul")) {
      Double known = constant(producer.input(1));
      if (known != null && producer.input(1).shape().rank() == 0) {
        return times(producer.input(0), known * factor);
      }
    }
    return Operators.mul(a, factor);
  }

  /** {@code a * b}. */
  static Value times(Value a, Value b) {
    Double left = constant(a);
    if (left != null && a.shape().rank() == 0) {
      return times(b, left);
    }
    Double right = constant(b);
    if (right != null && b.shape().rank() == 0) {
      return times(a, right);
    }
    return Operators.mul(a, b);
  }
}
