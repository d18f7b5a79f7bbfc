package io.parlance;

/** How alike two vectors are; larger is more alike. As sentence-transformers defines them. */
public enum SimilarityFunction {
  /** Cosine of the angle, -1 to 1. */
  COSINE,
  /** Dot product. */
  DOT,
  /** The Euclidean distance, negated. */
  EUCLIDEAN,
  /** The sum of the absolute differences, negated. */
  MANHATTAN
}
