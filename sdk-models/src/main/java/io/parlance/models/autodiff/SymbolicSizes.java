package io.parlance.models.autodiff;

import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shapes as integer vectors that the graph computes. Named sizes are read from the graph's inputs,
 * so that no activation has to stay in memory only because a gradient needs its shape.
 */
final class SymbolicSizes {

  private final Graph graph;
  private final Map<Shape, Value> vectors = new HashMap<>();
  private final Map<Dimension, Value> dimensions = new HashMap<>();

  SymbolicSizes(Graph graph) {
    this.graph = graph;
  }

  /**
   * The sizes of {@code shape}; read from {@code like}, which has it, where there is no other way.
   */
  Value vector(Shape shape, Value like) {
    if (shape.isFixed()) {
      return graph.longs(shape.sizes());
    }
    return vectors.computeIfAbsent(
        shape,
        s -> {
          List<Value> parts = new ArrayList<>();
          for (Dimension dimension : s.dimensions()) {
            Value part = find(dimension);
            if (part == null) {
              return Operators.shape(like);
            }
            parts.add(part);
          }
          return parts.size() == 1
              ? parts.get(0)
              : Operators.concat(0, parts.toArray(Value[]::new));
        });
  }

  /** Whether each size of {@code shape} is fixed or follows from the graph's inputs. */
  boolean knows(Shape shape) {
    return shape.dimensions().stream().allMatch(dimension -> find(dimension) != null);
  }

  /** One dimension as a vector of one element. */
  Value size(Dimension dimension) {
    Value size = find(dimension);
    if (size == null) {
      throw new IllegalArgumentException(
          "size " + dimension + " is not that of an input of " + graph.name());
    }
    return size;
  }

  /** Dimension {@code axis} of {@code like} as a vector of one element. */
  Value size(Value like, int axis) {
    Value size = find(like.shape().get(axis));
    return size != null ? size : Operators.shape(like, axis, axis + 1);
  }

  /** Reshapes to the shape of {@code like}, by a constant where that is possible. */
  Value reshape(Value value, Value like) {
    return reshape(value, like.shape(), like);
  }

  /**
   * Reshapes to {@code shape}; its sizes are read from {@code like} where there is no other way.
   */
  Value reshape(Value value, Shape shape, Value like) {
    if (value.shape().equals(shape)) {
      return value;
    }
    long[] target = new long[shape.rank()];
    int open = 0;
    for (int i = 0; i < target.length; i++) {
      Dimension dimension = shape.get(i);
      if (dimension.isFixed()) {
        target[i] = dimension.size();
      } else if (i < value.shape().rank() && value.shape().get(i).equals(dimension)) {
        target[i] = 0;
      } else {
        target[i] = -1;
        open++;
      }
    }
    boolean empty = shape.dimensions().stream().anyMatch(d -> d.is(0));
    return open <= 1 && !empty
        ? Operators.reshape(value, target)
        : Operators.reshape(value, vector(shape, like));
  }

  private @Nullable Value find(Dimension dimension) {
    if (dimension.isFixed()) {
      return graph.longs(dimension.size());
    }
    Value known = dimensions.get(dimension);
    if (known == null) {
      known = make(dimension);
      if (known != null) {
        dimensions.put(dimension, known);
      }
    }
    return known;
  }

  private @Nullable Value make(Dimension dimension) {
    for (Value input : graph.inputs().values()) {
      int axis = input.shape().dimensions().indexOf(dimension);
      if (axis >= 0) {
        return Operators.shape(input, axis, axis + 1);
      }
    }
    if (dimension.factor() == 1 && dimension.symbols().size() == 1) {
      return null;
    }
    Value product = dimension.factor() == 1 ? null : graph.longs(dimension.factor());
    for (String symbol : dimension.symbols()) {
      Value factor = find(Dimension.of(symbol));
      if (factor == null) {
        return null;
      }
      product = product == null ? factor : Operators.mul(product, factor);
    }
    return product;
  }
}
