package io.parlance.models.ngram;

import java.util.ArrayList;
import java.util.List;

/** All n-grams up to an order. Single words have the numbers of the vocabulary. */
final class NgramTrie {

  private final Vocabulary vocabulary;
  private final List<NgramIndex> longer = new ArrayList<>(); // of 2, 3 ... words

  NgramTrie(Vocabulary vocabulary, int order) {
    this.vocabulary = vocabulary;
    for (int length = 2; length <= order; length++) {
      longer.add(new NgramIndex());
    }
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  int order() {
    return longer.size() + 1;
  }

  /** How many n-grams of a length there are. */
  int size(int length) {
    return length == 1 ? vocabulary.size() : level(length).size();
  }

  /** The number of an n-gram, a new one if it is new. */
  int add(int length, int history, int word) {
    return length == 1 ? word : level(length).add(history, word);
  }

  /** The number of an n-gram from that of its history, or {@link NgramIndex#ABSENT}. */
  int find(int length, int history, int word) {
    return length == 1 ? word : level(length).find(history, word);
  }

  /** The number of the n-gram {@code words[from..to)}, or {@link NgramIndex#ABSENT}. */
  int find(int[] words, int from, int to) {
    int ngram = words[from];
    for (int i = from + 1; i < to && ngram != NgramIndex.ABSENT; i++) {
      ngram = find(i - from + 1, ngram, words[i]);
    }
    return ngram;
  }

  int history(int length, int ngram) {
    return level(length).history(ngram);
  }

  int lastWord(int length, int ngram) {
    return length == 1 ? ngram : level(length).word(ngram);
  }

  /** The words of an n-gram with a space between. */
  String text(int length, int ngram) {
    String[] words = new String[length];
    int at = ngram;
    for (int i = length; i > 1; i--) {
      words[i - 1] = vocabulary.word(level(i).word(at));
      at = level(i).history(at);
    }
    words[0] = vocabulary.word(at);
    return String.join(" ", words);
  }

  private NgramIndex level(int length) {
    return longer.get(length - 2);
  }
}
