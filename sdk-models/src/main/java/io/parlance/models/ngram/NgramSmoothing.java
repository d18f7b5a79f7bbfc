package io.parlance.models.ngram;

import java.util.List;

/**
 * How counts of n-grams become probabilities. In the formulas c(hw) is how often the word w came
 * after the history h, c(h) how often anything came after h, V the number of words that can come:
 * those of the training text, the end of the sentence and the unknown word.
 */
public sealed interface NgramSmoothing {

  /**
   * Maximum likelihood: c(hw) / c(h). What was not seen has probability 0; after a history that was
   * not seen there is no probability (NaN).
   */
  record MaximumLikelihood() implements NgramSmoothing {}

  /**
   * Lidstone's rule: (c(hw) + a) / (c(h) + a V); Laplace's with a = 1.
   *
   * @param pseudoCount a, positive
   */
  record Additive(double pseudoCount) implements NgramSmoothing {
    /** Checks the number. */
    public Additive {
      if (!(pseudoCount > 0 && Double.isFinite(pseudoCount))) {
        throw new IllegalArgumentException(
            "pseudo-count " + pseudoCount + " must be a positive number; Laplace's rule has 1");
      }
    }
  }

  /**
   * Jelinek and Mercer's interpolation with fixed weights: the weighted sum of 1 / V and of the
   * maximum likelihood after 0, 1, 2 ... words. A history that was not seen contributes 0.
   *
   * @param weights one more than the order of the model, the one of 1 / V first; their sum is 1
   */
  record JelinekMercer(List<Double> weights) implements NgramSmoothing {
    private static final double ROUNDING = 1e-9;

    /** Checks the weights. */
    public JelinekMercer {
      weights = List.copyOf(weights);
      double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
      if (weights.stream().anyMatch(w -> !(w >= 0)) || !(Math.abs(sum - 1) < ROUNDING)) {
        throw new IllegalArgumentException(
            "weights " + weights + " must be at least 0 each and 1 together, found " + sum);
      }
    }
  }

  /**
   * Interpolated Kneser-Ney after Chen and Goodman (1998): max(c(hw) - D, 0) / c(h) plus the mass
   * so freed times the probability after the history without its first word. Below the highest
   * order a word counts by how many words it came after, but for n-grams at the start of a
   * sentence; single words share their freed mass evenly, so that the unknown word has some.
   *
   * <p>With n1, n2 ... the number of n-grams counted once, twice ..., and Y = n1 / (n1 + 2 n2), the
   * discount D of each order is Y or, modified, 1 - 2 Y n2 / n1 for what was counted once, 2 - 3 Y
   * n3 / n2 for twice, 3 - 4 Y n4 / n3 for more. Texts too small or too even to give these (n1, n2
   * or, modified, n3 is 0, or a discount is not between 0 and the count) get 0.5, modified 0.5, 1,
   * 1.5: what KenLM offers as a fallback.
   *
   * @param modified three discounts for each order instead of one
   */
  record KneserNey(boolean modified) implements NgramSmoothing {}

  /** Maximum likelihood. */
  static NgramSmoothing maximumLikelihood() {
    return new MaximumLikelihood();
  }

  /** Laplace's rule: one is added to each count. */
  static NgramSmoothing laplace() {
    return new Additive(1);
  }

  /** Lidstone's rule: so much is added to each count. */
  static NgramSmoothing lidstone(double pseudoCount) {
    return new Additive(pseudoCount);
  }

  /** Interpolation with fixed weights, that of 1 / V first. */
  static NgramSmoothing jelinekMercer(List<Double> weights) {
    return new JelinekMercer(weights);
  }

  /** Interpolated Kneser-Ney with one discount for each order. */
  static NgramSmoothing kneserNey() {
    return new KneserNey(false);
  }

  /** Interpolated Kneser-Ney with three discounts for each order: the best of these as a rule. */
  static NgramSmoothing modifiedKneserNey() {
    return new KneserNey(true);
  }
}
