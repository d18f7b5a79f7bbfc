package io.parlance.models.autodiff;

import io.parlance.models.graph.Broadcasting;
import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One node on the walk back, as its gradient rule sees it. */
final class Differentiation {

  private final Backward backward;
  private final Node node;

  Differentiation(Backward backward, Node node) {
    this.backward = backward;
    this.node = node;
  }

  Node node() {
    return node;
  }

  Backward backward() {
    return backward;
  }

  Graph graph() {
    return backward.graph();
  }

  /** Input {@code index} of the forward node. */
  Value in(int index) {
    return node.input(index);
  }

  /** The first output of the forward node. */
  Value out() {
    return node.output();
  }

  /**
   * The gradient of the first output, perhaps smaller than it where it is the same along an axis.
   */
  Value upstream() {
    Value gradient = backward.collected(node.output());
    if (gradient == null) {
      throw new IllegalArgumentException(
          node.name() + ": only the first output of " + node.operator() + " can be differentiated");
    }
    return gradient;
  }

  /** The gradient of the first output in the output's shape. */
  Value whole() {
    upstream();
    Value gradient = whole(0);
    if (gradient == null) {
      throw new IllegalStateException(node.name() + " has no gradient");
    }
    return gradient;
  }

  /** The gradient of output {@code index} in the output's shape; null if it has none. */
  @Nullable Value whole(int index) {
    return backward.complete(node.outputs().get(index));
  }

  /** Whether input {@code index} is there and needs a gradient. */
  boolean wants(int index) {
    return node.hasInput(index) && backward.needs(node.input(index));
  }

  /**
   * Gives input {@code index} its gradient if it wants one; axes along which the input was repeated
   * are summed.
   */
  void give(int index, Supplier<Value> gradient) {
    if (wants(index)) {
      backward.contribute(in(index), reduceTo(gradient.get(), in(index)));
    }
  }

  /**
   * As {@link #give} for an operator that works element by element: the gradient may be smaller
   * than the output where it is the same along an axis.
   */
  void giveElementwise(int index, Supplier<Value> gradient) {
    giveElementwise(index, gradient, UnaryOperator.identity());
  }

  /**
   * As above.
   *
   * @param linear applied after the sum over repeated axes, when there is less to apply it to
   */
  void giveElementwise(int index, Supplier<Value> gradient, UnaryOperator<Value> linear) {
    if (!wants(index)) {
      return;
    }
    Value value = gradient.get();
    long[] repeated = Broadcasting.repeatedAxes(in(index).shape(), out().shape());
    // what is summed must be there as often as it counts
    if (repeated.length > 0 && !coversAxes(value.shape(), repeated)) {
      value = backward.spread(value, out());
    }
    backward.contribute(in(index), linear.apply(reduceTo(value, in(index))));
  }

  private boolean coversAxes(Shape gradient, long[] axes) {
    int missing = out().shape().rank() - gradient.rank();
    return Arrays.stream(axes)
        .allMatch(
            axis ->
                axis >= missing
                    && (!gradient.get((int) axis - missing).is(1)
                        || out().shape().get((int) axis).is(1)));
  }

  /** Sums a gradient over the axes along which {@code input} was repeated. */
  private Value reduceTo(Value gradient, Value input) {
    Shape from = gradient.shape();
    Shape to = input.shape();
    int extra = from.rank() - to.rank();
    if (extra < 0) {
      return gradient;
    }
    long[] axes = Broadcasting.repeatedAxes(to, from);
    if (axes.length == 0) {
      return gradient;
    }
    if (axes.length == extra) {
      return sum(gradient, false, axes);
    }
    Value sum = sum(gradient, true, axes);
    long[] leading = new long[extra];
    Arrays.setAll(leading, i -> i);
    return extra == 0 ? sum : Operators.squeeze(sum, leading);
  }

  private Value sum(Value gradient, boolean keepDimensions, long[] axes) {
    Backward.RowScaled factors = backward.rowScaled(gradient);
    if (factors != null && Arrays.equals(axes, new long[] {0})) {
      Value sum = Operators.matMul(Operators.reshape(factors.rows(), 1, -1), factors.data());
      return keepDimensions ? sum : Operators.squeeze(sum, 0);
    }
    return Operators.reduceSum(gradient, keepDimensions, axes);
  }

  /** The sizes of a forward value as a vector. */
  Value sizes(Value value) {
    return backward.sizes().vector(value.shape(), value);
  }

  /** Reshapes to the shape of a forward value. */
  Value reshapeLike(Value value, Value like) {
    return backward.sizes().reshape(value, like);
  }

  /** Zeros in the shape of a forward value. */
  Value zerosLike(Value value) {
    return Operators.constantOfShape(sizes(value), value.type(), 0);
  }

  /** The axis that attribute {@code axis} names, counted from the front. */
  int axis(int otherwise) {
    return in(0).shape().normalize((int) node.integer("axis", otherwise));
  }

  /** The product of some dimensions as a number of the graph's float type. */
  Value count(List<Dimension> dimensions, Value like) {
    Dimension product = Dimension.of(1);
    for (Dimension dimension : dimensions) {
      product = product.times(dimension);
    }
    return product.isFixed()
        ? Operators.scalarLike(like, product.size())
        : Operators.cast(backward.sizes().size(product), like.type());
  }
}
