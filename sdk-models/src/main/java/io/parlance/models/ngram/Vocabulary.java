package io.parlance.models.ngram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Words by number; three are always there. */
final class Vocabulary {

  static final String UNKNOWN_WORD = "<unk>";
  static final String START_WORD = "<s>";
  static final String END_WORD = "</s>";

  static final int UNKNOWN = 0;
  static final int START = 1;
  static final int END = 2;

  private final List<String> words = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();

  Vocabulary() {
    add(UNKNOWN_WORD);
    add(START_WORD);
    add(END_WORD);
  }

  /** The number of a word, a new one if it is new. */
  int add(String word) {
    Integer known = ids.putIfAbsent(word, words.size());
    if (known != null) {
      return known;
    }
    words.add(word);
    return words.size() - 1;
  }

  /** The number of a word, that of the unknown word if it is not there. */
  int find(String word) {
    return ids.getOrDefault(word, UNKNOWN);
  }

  boolean contains(String word) {
    return ids.containsKey(word);
  }

  String word(int id) {
    return words.get(id);
  }

  /** All words, the start of the sentence among them. */
  int size() {
    return words.size();
  }

  /** The number of words that can come next: all but the start of the sentence. */
  int outcomes() {
    return words.size() - 1;
  }

  List<String> words() {
    return List.copyOf(words);
  }
}
