package io.parlance.models.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The shape of a value: its dimensions from the outermost to the innermost; empty for a scalar. */
public record Shape(List<Dimension> dimensions) {

  /** The shape of a scalar. */
  public static final Shape SCALAR = new Shape(List.of());

  public Shape {
    dimensions = List.copyOf(dimensions);
  }

  /**
   * A shape of fixed and named sizes.
   *
   * @param sizes each an {@code Integer}, a {@code Long}, a {@code String} (a named size) or a
   *     {@link Dimension}
   */
  public static Shape of(Object... sizes) {
    List<Dimension> dimensions = new ArrayList<>(sizes.length);
    for (Object size : sizes) {
      if (size instanceof Number n) {
        dimensions.add(Dimension.of(n.longValue()));
      } else if (size instanceof String s) {
        dimensions.add(Dimension.of(s));
      } else if (size instanceof Dimension d) {
        dimensions.add(d);
      } else {
        throw new IllegalArgumentException(
            "a size is a number, a name or a Dimension, not " + size);
      }
    }
    return new Shape(dimensions);
  }

  /** A shape of fixed sizes. */
  public static Shape fixed(long... sizes) {
    List<Dimension> dimensions = new ArrayList<>(sizes.length);
    for (long size : sizes) {
      dimensions.add(Dimension.of(size));
    }
    return new Shape(dimensions);
  }

  /** The number of dimensions. */
  public int rank() {
    return dimensions.size();
  }

  /** Dimension {@code axis}; negative axes count from the end. */
  public Dimension get(int axis) {
    return dimensions.get(normalize(axis));
  }

  /**
   * The axis counted from the front.
   *
   * @throws IllegalArgumentException if there is no such axis
   */
  public int normalize(int axis) {
    int result = axis < 0 ? axis + rank() : axis;
    if (result < 0 || result >= rank()) {
      throw new IllegalArgumentException("axis " + axis + " is out of range for shape " + this);
    }
    return result;
  }

  /** Whether every size is known when the graph is built. */
  public boolean isFixed() {
    return dimensions.stream().allMatch(Dimension::isFixed);
  }

  /**
   * The fixed sizes.
   *
   * @throws IllegalStateException if a size is symbolic
   */
  public long[] sizes() {
    return dimensions.stream().mapToLong(Dimension::size).toArray();
  }

  /** The product of all dimensions. */
  public Dimension elements() {
    Dimension product = Dimension.of(1);
    for (Dimension dimension : dimensions) {
      product = product.times(dimension);
    }
    return product;
  }

  /** This shape with dimension {@code axis} replaced. */
  public Shape with(int axis, Dimension dimension) {
    List<Dimension> changed = new ArrayList<>(dimensions);
    changed.set(normalize(axis), dimension);
    return new Shape(changed);
  }

  @Override
  public String toString() {
    return dimensions.stream().map(Dimension::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
