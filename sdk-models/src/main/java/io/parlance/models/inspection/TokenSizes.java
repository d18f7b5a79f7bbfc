package io.parlance.models.inspection;

import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import java.util.Locale;

/**
 * Sizes of symbolic shapes for one text of some length and nothing before it.
 *
 * @param tokens its length
 */
record TokenSizes(long tokens) {

  /** No size is known. */
  static final long UNKNOWN = -1;

  /** The number of elements, or {@link #UNKNOWN}. */
  long elements(Value value) {
    return value.isDescribed() ? elements(value.shape()) : UNKNOWN;
  }

  long elements(Shape shape) {
    long product = 1;
    for (Dimension dimension : shape.dimensions()) {
      long size = of(dimension);
      if (size == UNKNOWN) {
        return UNKNOWN;
      }
      product = Math.multiplyExact(product, size);
    }
    return product;
  }

  long of(Dimension dimension) {
    long product = dimension.factor();
    for (String symbol : dimension.symbols()) {
      long size = dimension.isUnknown() ? UNKNOWN : sum(symbol);
      if (size == UNKNOWN) {
        return UNKNOWN;
      }
      product = Math.multiplyExact(product, size);
    }
    return product;
  }

  /** Names follow the conventions of exported graphs: {@code past_sequence_length + 1}. */
  private long sum(String symbol) {
    long sum = 0;
    for (String part : symbol.toLowerCase(Locale.ROOT).split("\\+")) {
      long size = named(part.strip());
      if (size == UNKNOWN) {
        return UNKNOWN;
      }
      sum += size;
    }
    return sum;
  }

  private long named(String name) {
    if (name.matches("\\d{1,9}")) {
      return Long.parseLong(name);
    }
    if (name.contains("past")) {
      return 0;
    }
    if (name.contains("batch") || name.contains("choices")) {
      return 1;
    }
    return name.contains("seq") || name.contains("length") ? tokens : UNKNOWN;
  }
}
