package io.parlance.models.ngram;

import java.util.Arrays;

/**
 * How often n-grams came. Either all are counted as they are, with a full history of sentence
 * starts before the first word; or as Kneser and Ney count: one sentence start, and below the
 * highest order the number of different words that an n-gram came after, unless it begins the
 * sentence.
 */
final class NgramCounts {

  private final NgramTrie trie;
  private final boolean continuations;
  private final long[][] counts; // by length - 1, then n-gram
  private final int[][] suffixes; // the n-gram without its first word
  private final int[] current; // n-grams that end at the word at hand, by length - 1
  private final int[] previous;

  NgramCounts(NgramTrie trie, boolean continuations) {
    this.trie = trie;
    this.continuations = continuations;
    int order = trie.order();
    this.counts = new long[order][16];
    this.suffixes = new int[order][16];
    this.current = new int[order];
    this.previous = new int[order];
  }

  NgramTrie trie() {
    return trie;
  }

  long count(int length, int ngram) {
    return ngram < counts[length - 1].length ? counts[length - 1][ngram] : 0;
  }

  /** The number of an n-gram without its first word. */
  int suffix(int length, int ngram) {
    return suffixes[length - 1][ngram];
  }

  /** For each n-gram of a length, how much was counted of it with any word behind. */
  long[] totals(int length) {
    long[] totals = new long[trie.size(length)];
    for (int ngram = 0; ngram < trie.size(length + 1); ngram++) {
      totals[trie.history(length + 1, ngram)] += count(length + 1, ngram);
    }
    return totals;
  }

  /** All that was counted of single words. */
  long total() {
    return Arrays.stream(counts[0]).sum();
  }

  /**
   * Counts a sentence.
   *
   * @param words without start and end
   */
  void add(int[] words) {
    int starts = continuations ? 1 : trie.order() - 1;
    int[] padded = new int[starts + words.length + 1];
    Arrays.fill(padded, 0, starts, Vocabulary.START);
    System.arraycopy(words, 0, padded, starts, words.length);
    padded[padded.length - 1] = Vocabulary.END;
    for (int i = 0; i < padded.length; i++) {
      addWord(padded[i], i, i < starts ? 0 : 1);
    }
  }

  /** Counts an n-gram of the highest order that came several times, and its endings. */
  void add(int[] ngram, long times) {
    for (int from = 0; from < ngram.length; from++) {
      int found = ngram[from];
      for (int i = from + 1; i < ngram.length; i++) {
        found = trie.add(i - from + 1, found, ngram[i]);
      }
      increase(ngram.length - from, found, times);
    }
  }

  /**
   * Goes on by a word.
   *
   * @param position its place in the sentence with its starts
   * @param times 0 for the start of a sentence, which is only a history
   */
  private void addWord(int word, int position, int times) {
    int longest = Math.min(trie.order(), position + 1);
    System.arraycopy(current, 0, previous, 0, current.length);
    boolean isNew = false;
    for (int length = 1; length <= longest; length++) {
      int known = trie.size(length);
      current[length - 1] = trie.add(length, length == 1 ? 0 : previous[length - 2], word);
      isNew = length > 1 && current[length - 1] == known;
      if (isNew) {
        suffixes[length - 1] = grown(suffixes[length - 1], known);
        suffixes[length - 1][known] = current[length - 2];
        if (continuations && times > 0) {
          increase(length - 1, current[length - 2], 1);
        }
      }
      boolean whole = !continuations || length == trie.order() || length == position + 1;
      if (whole && times > 0) {
        increase(length, current[length - 1], times);
      }
    }
  }

  private void increase(int length, int ngram, long times) {
    long[] of = counts[length - 1];
    if (ngram >= of.length) {
      of = Arrays.copyOf(of, Math.max(2 * of.length, ngram + 1));
      counts[length - 1] = of;
    }
    of[ngram] += times;
  }

  private static int[] grown(int[] array, int index) {
    return index < array.length ? array : Arrays.copyOf(array, 2 * array.length);
  }
}
