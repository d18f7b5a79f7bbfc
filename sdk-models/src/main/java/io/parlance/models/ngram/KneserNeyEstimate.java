package io.parlance.models.ngram;

/** Interpolated Kneser-Ney, order by order, in the form of a back-off model. */
final class KneserNeyEstimate {

  private final NgramCounts counts;
  private final boolean modified;
  private final BackoffModel.Tables tables;

  private KneserNeyEstimate(NgramCounts counts, boolean modified) {
    this.counts = counts;
    this.modified = modified;
    this.tables = new BackoffModel.Tables(counts.trie());
  }

  /** The model that counts with continuations give. */
  static BackoffModel of(NgramCounts counts, boolean modified) {
    KneserNeyEstimate estimate = new KneserNeyEstimate(counts, modified);
    double[] shorter = estimate.words();
    for (int length = 2; length <= counts.trie().order(); length++) {
      shorter = estimate.longer(length, shorter);
    }
    return new BackoffModel(estimate.tables, new NgramSmoothing.KneserNey(modified));
  }

  /** Probabilities of single words: discounted, the freed mass shared evenly. */
  private double[] words() {
    NgramTrie trie = counts.trie();
    Discounts discounts = Discounts.of(counts, 1, modified);
    double total = counts.total();
    double freed = 0;
    for (int word = 0; word < trie.size(1); word++) {
      freed += discounts.of(counts.count(1, word));
    }
    double share = freed / total / trie.vocabulary().outcomes();
    double[] probabilities = new double[trie.size(1)];
    for (int word = 0; word < probabilities.length; word++) {
      if (word != Vocabulary.START) {
        probabilities[word] = kept(counts.count(1, word), discounts) / total + share;
      }
      tables.list(1, word, Math.log10(probabilities[word]));
    }
    return probabilities;
  }

  private double[] longer(int length, double[] shorter) {
    NgramTrie trie = counts.trie();
    Discounts discounts = Discounts.of(counts, length, modified);
    long[] totals = counts.totals(length - 1);
    double[] freed = new double[totals.length];
    for (int ngram = 0; ngram < trie.size(length); ngram++) {
      freed[trie.history(length, ngram)] += discounts.of(counts.count(length, ngram));
    }
    for (int history = 0; history < freed.length; history++) {
      if (totals[history] > 0) {
        freed[history] /= totals[history];
        tables.backOff(length - 1, history, Math.log10(freed[history]));
      }
    }
    double[] probabilities = new double[trie.size(length)];
    for (int ngram = 0; ngram < probabilities.length; ngram++) {
      int history = trie.history(length, ngram);
      probabilities[ngram] =
          kept(counts.count(length, ngram), discounts) / totals[history]
              + freed[history] * shorter[counts.suffix(length, ngram)];
      tables.list(length, ngram, Math.log10(probabilities[ngram]));
    }
    return probabilities;
  }

  private static double kept(long count, Discounts discounts) {
    return Math.max(count - discounts.of(count), 0);
  }
}
