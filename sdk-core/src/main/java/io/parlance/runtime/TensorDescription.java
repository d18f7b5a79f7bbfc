package io.parlance.runtime;

import java.util.List;
import java.util.StringJoiner;

/**
 * What a graph says about one of its inputs or outputs.
 *
 * @param name the name in the graph
 * @param type element type
 * @param dimensions sizes, -1 where the graph leaves a size open
 * @param dimensionNames a name for each dimension, empty where it has none; open dimensions are
 *     often called {@code batch_size} and {@code sequence_length}
 */
public record TensorDescription(
    String name, ElementType type, List<Long> dimensions, List<String> dimensionNames) {

  public TensorDescription {
    dimensions = List.copyOf(dimensions);
    dimensionNames = List.copyOf(dimensionNames);
  }

  TensorDescription withName(String other) {
    return new TensorDescription(other, type, dimensions, dimensionNames);
  }

  /** Number of dimensions. */
  public int rank() {
    return dimensions.size();
  }

  /** For example {@code FLOAT32[batch, 3]}. */
  @Override
  public String toString() {
    StringJoiner shape = new StringJoiner(", ", type + "[", "]");
    for (int i = 0; i < dimensions.size(); i++) {
      String symbol = dimensionNames.get(i);
      shape.add(
          dimensions.get(i) >= 0 ? dimensions.get(i).toString() : symbol.isEmpty() ? "?" : symbol);
    }
    return shape.toString();
  }
}
