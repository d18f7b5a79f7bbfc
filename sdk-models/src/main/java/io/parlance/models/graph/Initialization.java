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

  /**
   * Normal with mean 0, but zero in one row: embeddings with a padding token.
   *
   * @param zeroRow the row of zeros
   */
  record PaddedNormal(double standardDeviation, long zeroRow) implements Initialization {}

  /** Uniform on [-bound, bound). */
  record Uniform(double bound) implements Initialization {}
}
