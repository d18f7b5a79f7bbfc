package io.parlance.models.ngram;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A model in the form of an ARPA file: the probability of listed n-grams, and for the others a
 * weight of the history times the probability after a shorter history.
 */
final class BackoffModel extends NgramLanguageModel {

  /** Logarithms to base 10 by n-gram; what is not listed is NaN, a weight not given is 0. */
  static final class Tables {
    private final NgramTrie trie;
    private final double[][] probabilities;
    private final double[][] weights;

    Tables(NgramTrie trie) {
      this.trie = trie;
      this.probabilities = new double[trie.order()][];
      this.weights = new double[trie.order()][];
      for (int i = 0; i < trie.order(); i++) {
        probabilities[i] = new double[trie.size(i + 1)];
        weights[i] = new double[trie.size(i + 1)];
        Arrays.fill(probabilities[i], Double.NaN);
      }
    }

    NgramTrie trie() {
      return trie;
    }

    void list(int length, int ngram, double logProbability) {
      probabilities[length - 1] = roomFor(probabilities[length - 1], ngram, Double.NaN);
      probabilities[length - 1][ngram] = logProbability;
    }

    void backOff(int length, int ngram, double logWeight) {
      weights[length - 1] = roomFor(weights[length - 1], ngram, 0);
      weights[length - 1][ngram] = logWeight;
    }

    /** NaN where the n-gram is not listed. */
    double logProbability(int length, int ngram) {
      double[] of = probabilities[length - 1];
      return ngram < of.length ? of[ngram] : Double.NaN;
    }

    double logWeight(int length, int ngram) {
      double[] of = weights[length - 1];
      return ngram < of.length ? of[ngram] : 0;
    }

    boolean isListed(int length, int ngram) {
      return !Double.isNaN(logProbability(length, ngram));
    }

    private static double[] roomFor(double[] array, int index, double filler) {
      if (index < array.length) {
        return array;
      }
      double[] longer = Arrays.copyOf(array, Math.max(2 * array.length, index + 1));
      Arrays.fill(longer, array.length, longer.length, filler);
      return longer;
    }
  }

  private final Tables tables;

  /**
   * The model.
   *
   * @param smoothing how it came about, null if nobody knows
   */
  BackoffModel(Tables tables, @Nullable NgramSmoothing smoothing) {
    super(tables.trie(), smoothing);
    this.tables = tables;
  }

  Tables tables() {
    return tables;
  }

  @Override
  double logProbability(int[] words, int from, int position) {
    return Math.log(10) * log10Probability(words, from, position);
  }

  @Override
  double probability(int[] words, int from, int position) {
    return Math.pow(10, log10Probability(words, from, position));
  }

  private double log10Probability(int[] words, int from, int position) {
    int word = words[position];
    double weight = 0;
    for (int start = from; start < position; start++) {
      int length = position - start;
      int history = tables.trie().find(words, start, position);
      if (history == NgramIndex.ABSENT) {
        continue;
      }
      int ngram = tables.trie().find(length + 1, history, word);
      if (ngram != NgramIndex.ABSENT && tables.isListed(length + 1, ngram)) {
        return weight + tables.logProbability(length + 1, ngram);
      }
      weight += tables.logWeight(length, history);
    }
    double single = tables.logProbability(1, word);
    return Double.isNaN(single) ? Double.NEGATIVE_INFINITY : weight + single;
  }
}
