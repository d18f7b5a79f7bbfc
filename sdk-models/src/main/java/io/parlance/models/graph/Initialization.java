package io.parlance.models.graph;

/** How a new parameter gets its first values. */
public sealed interface Initialization {

  /** All zero: biases, by convention. */
  Initialization ZEROS = new Constant(0);

  /** All one: the scales of normalizations. */
  Initialization ONES = new Constant(1);

  /** Every element the same. */
  record Constant(double value) implements Initialization {}

  /** Normal with mean 0. */
  record Normal(double standardDeviation) implements Initialization {}

  /** Uniform on [-bound, bound). */
  record Uniform(double bound) implements Initialization {}
}
