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

  /**
   * Normal with mean 0, drawn again until it is within two deviations.
   *
   * @param standardDeviation before the cut; what is left deviates by 0.8796 of it
   */
  record TruncatedNormal(double standardDeviation) implements Initialization {}

  /**
   * Sinusoids of the row, as positions begin (Vaswani et al. 2017, arXiv:1706.03762, section 3.5):
   * sine and cosine of {@code row / 10000^(2i / columns)} in columns {@code 2i} and {@code 2i + 1}.
   */
  record Sinusoids() implements Initialization {}

  /** Uniform on [-bound, bound). */
  record Uniform(double bound) implements Initialization {}
}
