package io.parlance.models.ngram;

/**
 * What Kneser-Ney takes off the counts of one order.
 *
 * @param once off 1
 * @param twice off 2
 * @param more off 3 and more
 */
record Discounts(double once, double twice, double more) {

  private static final Discounts FALLBACK = new Discounts(0.5, 0.5, 0.5);
  private static final Discounts MODIFIED_FALLBACK = new Discounts(0.5, 1, 1.5);

  /**
   * From counts of counts, after Chen and Goodman (1998), equations 17 and 26.
   *
   * @param counts the counts of one order
   * @param modified three discounts instead of one
   */
  static Discounts of(NgramCounts counts, int length, boolean modified) {
    long[] having = new long[5]; // how many n-grams have the count 0 to 4
    for (int ngram = 0; ngram < counts.trie().size(length); ngram++) {
      long count = counts.count(length, ngram);
      if (count < having.length) {
        having[(int) count]++;
      }
    }
    double n1 = having[1];
    double n2 = having[2];
    double n3 = having[3];
    double y = n1 / (n1 + 2 * n2);
    if (!modified) {
      return n1 > 0 && n2 > 0 ? new Discounts(y, y, y) : FALLBACK;
    }
    Discounts found =
        new Discounts(1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * having[4] / n3);
    return found.isUsable() ? found : MODIFIED_FALLBACK;
  }

  /** Not so where counts of counts are 0: then some are not numbers. */
  private boolean isUsable() {
    return once >= 0 && once <= 1 && twice >= 0 && twice <= 2 && more >= 0 && more <= 3;
  }

  double of(long count) {
    return count == 0 ? 0 : count == 1 ? once : count == 2 ? twice : more;
  }
}
