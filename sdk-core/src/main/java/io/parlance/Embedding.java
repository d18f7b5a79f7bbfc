package io.parlance;

import java.util.Arrays;

/** The vector that a model makes of a text. Immutable; equal if the numbers are. */
public final class Embedding {
  private final float[] vector;
  private final boolean truncated;
  private final int tokenCount;
  private final int untruncatedTokenCount;

  /**
   * A vector.
   *
   * @param vector copied
   * @param truncated whether the text was longer than the model takes, so that its end was not
   *     looked at
   * @param tokenCount tokens that the model saw, special tokens included
   * @param untruncatedTokenCount tokens of the whole text, special tokens included
   */
  public Embedding(float[] vector, boolean truncated, int tokenCount, int untruncatedTokenCount) {
    this.vector = vector.clone();
    this.truncated = truncated;
    this.tokenCount = tokenCount;
    this.untruncatedTokenCount = untruncatedTokenCount;
  }

  /** The numbers; a copy. */
  public float[] vector() {
    return vector.clone();
  }

  /** How many numbers there are. */
  public int dimension() {
    return vector.length;
  }

  /** Whether the text was longer than the model takes, so that its end was not looked at. */
  public boolean truncated() {
    return truncated;
  }

  /** Tokens that the model saw, special tokens included. */
  public int tokenCount() {
    return tokenCount;
  }

  /** Tokens of the whole text, special tokens included. */
  public int untruncatedTokenCount() {
    return untruncatedTokenCount;
  }

  /**
   * How alike this vector and another are.
   *
   * @throws InvalidInputException if the other has another dimension
   */
  public double similarity(Embedding other, SimilarityFunction function) {
    if (other.vector.length != vector.length) {
      throw new InvalidInputException(
          "a vector of "
              + vector.length
              + " numbers cannot be compared with one of "
              + other.vector.length
              + "; take both from one model");
    }
    return switch (function) {
      case COSINE -> {
        double lengths = Math.sqrt(dot(this, this)) * Math.sqrt(dot(other, other));
        yield lengths == 0 ? 0 : dot(this, other) / lengths;
      }
      case DOT -> dot(this, other);
      case EUCLIDEAN -> -Math.sqrt(distance(other, 2));
      case MANHATTAN -> -distance(other, 1);
    };
  }

  private static double dot(Embedding a, Embedding b) {
    double sum = 0;
    for (int i = 0; i < a.vector.length; i++) {
      sum += (double) a.vector[i] * b.vector[i];
    }
    return sum;
  }

  private double distance(Embedding other, int power) {
    double sum = 0;
    for (int i = 0; i < vector.length; i++) {
      double difference = Math.abs((double) vector[i] - other.vector[i]);
      sum += power == 1 ? difference : difference * difference;
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Embedding that
        && Arrays.equals(vector, that.vector)
        && truncated == that.truncated
        && tokenCount == that.tokenCount
        && untruncatedTokenCount == that.untruncatedTokenCount;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(vector);
  }

  @Override
  public String toString() {
    return "Embedding[" + vector.length + " numbers, " + tokenCount + " tokens]";
  }
}
