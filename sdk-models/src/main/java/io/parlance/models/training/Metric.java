package io.parlance.models.training;

/** A number that tells how good a model is on data. */
public enum Metric {
  /** The mean training loss; lower is better. */
  LOSS,
  /** The share of right answers; for several labels, of examples with exactly the right set. */
  ACCURACY,
  /** F1 of the classes, averaged. */
  MACRO_F1,
  /** F1 over all decisions together. */
  MICRO_F1,
  /** Matthews correlation. */
  MATTHEWS,
  /** Linear correlation of predicted and true numbers. */
  PEARSON,
  /** Correlation of their ranks. */
  SPEARMAN,
  /** BLEU of texts that the model wrote, from 0 to 100. */
  BLEU,
  /** chrF2 of texts that the model wrote, from 0 to 100. */
  CHRF;

  /** Whether {@code value} is better than {@code other}. */
  public boolean isBetter(double value, double other) {
    return this == LOSS ? value < other : value > other;
  }
}
