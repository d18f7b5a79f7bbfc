package io.parlance.models.ngram;

import io.parlance.models.ngram.NgramSmoothing.Additive;
import io.parlance.models.ngram.NgramSmoothing.JelinekMercer;
import java.util.Arrays;

/** A model that keeps the counts and smooths them when it is asked. */
final class CountModel extends NgramLanguageModel {

  private final NgramCounts counts;
  private final NgramSmoothing smoothing;
  private final long total;
  private final long[][] totals; // of what came after each history, by its length - 1

  CountModel(NgramCounts counts, NgramSmoothing smoothing) {
    super(counts.trie(), smoothing);
    this.counts = counts;
    this.smoothing = smoothing;
    this.total = counts.total();
    this.totals = new long[counts.trie().order() - 1][];
    for (int length = 1; length < counts.trie().order(); length++) {
      totals[length - 1] = counts.totals(length);
    }
  }

  NgramCounts counts() {
    return counts;
  }

  @Override
  int[] opening() {
    int[] starts = new int[order() - 1];
    Arrays.fill(starts, Vocabulary.START);
    return starts;
  }

  @Override
  double logProbability(int[] words, int from, int position) {
    return Math.log(probability(words, from, position));
  }

  @Override
  double probability(int[] words, int from, int position) {
    double outcomes = counts.trie().vocabulary().outcomes();
    if (smoothing instanceof Additive additive) {
      double a = additive.pseudoCount();
      return (joint(words, from, position) + a) / (history(words, from, position) + a * outcomes);
    }
    if (smoothing instanceof JelinekMercer mixed) {
      double sum = mixed.weights().get(0) / outcomes;
      for (int start = position; start >= from; start--) {
        long seen = history(words, start, position);
        if (seen > 0) {
          double share = joint(words, start, position) / (double) seen;
          sum += mixed.weights().get(position - start + 1) * share;
        }
      }
      return sum;
    }
    long seen = history(words, from, position);
    return seen == 0 ? Double.NaN : joint(words, from, position) / (double) seen;
  }

  /** How often {@code words[from..position]} came. */
  private long joint(int[] words, int from, int position) {
    int length = position - from + 1;
    int ngram = counts.trie().find(words, from, position + 1);
    return ngram == NgramIndex.ABSENT ? 0 : counts.count(length, ngram);
  }

  /** How often anything came after {@code words[from..position)}. */
  private long history(int[] words, int from, int position) {
    if (from == position) {
      return total;
    }
    int history = counts.trie().find(words, from, position);
    return history == NgramIndex.ABSENT ? 0 : totals[position - from - 1][history];
  }
}
