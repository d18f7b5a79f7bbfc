package io.parlance.models.graph;

import java.util.ArrayList;
import java.util.List;

/** ONNX's multidirectional broadcasting, on symbolic shapes. */
public final class Broadcasting {

  private Broadcasting() {}

  /**
   * The common shape of two operands.
   *
   * @throws IllegalArgumentException if two dimensions differ and neither is 1
   */
  public static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    List<Dimension> dimensions = new ArrayList<>(rank);
    for (int i = 0; i < rank; i++) {
      Dimension left = at(a, i, rank);
      Dimension right = at(b, i, rank);
      if (left.equals(right) || right.is(1)) {
        dimensions.add(left);
      } else if (left.is(1)) {
        dimensions.add(right);
      } else if (left.isUnknown() || right.isUnknown()) {
        dimensions.add(left.isUnknown() ? right : left);
      } else {
        throw new IllegalArgumentException(
            "shapes " + a + " and " + b + " do not broadcast: " + left + " is not " + right);
      }
    }
    return new Shape(dimensions);
  }

  /**
   * The axes of {@code result} along which an operand of shape {@code operand} was repeated: those
   * it lacks, and those where it has size 1 and the result has not. A size that is not known to be
   * 1 is taken to be that of the result.
   */
  public static long[] repeatedAxes(Shape operand, Shape result) {
    List<Long> axes = new ArrayList<>();
    for (int i = 0; i < result.rank(); i++) {
      if (i < result.rank() - operand.rank()) {
        axes.add((long) i);
      } else if (at(operand, i, result.rank()).is(1) && !result.get(i).is(1)) {
        axes.add((long) i);
      }
    }
    return axes.stream().mapToLong(Long::longValue).toArray();
  }

  private static Dimension at(Shape shape, int index, int rank) {
    int own = index - (rank - shape.rank());
    return own < 0 ? Dimension.of(1) : shape.get(own);
  }
}
