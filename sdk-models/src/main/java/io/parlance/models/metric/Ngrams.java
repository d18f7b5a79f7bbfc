package io.parlance.models.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each n-gram of a text is in it. */
final class Ngrams {

  private Ngrams() {}

  static Map<List<String>, Integer> ofWords(List<String> words, int order) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + order <= words.size(); i++) {
      counts.merge(words.subList(i, i + order), 1, Integer::sum);
    }
    return counts;
  }

  static Map<String, Integer> ofCharacters(int[] characters, int order) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i + order <= characters.length; i++) {
      counts.merge(new String(characters, i, order), 1, Integer::sum);
    }
    return counts;
  }

  /** How many n-grams are in both, each as often as in the text that has fewer of it. */
  static <T> int common(Map<T, Integer> one, Map<T, Integer> other) {
    int common = 0;
    for (Map.Entry<T, Integer> entry : one.entrySet()) {
      common += Math.min(entry.getValue(), other.getOrDefault(entry.getKey(), 0));
    }
    return common;
  }

  static int sum(Map<?, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Refuses texts that cannot be compared. */
  static void requirePaired(List<String> hypotheses, List<List<String>> references) {
    if (hypotheses.isEmpty() || hypotheses.size() != references.size()) {
      throw new IllegalArgumentException(
          "there are %d hypotheses and references for %d; there must be equally many, at least one"
              .formatted(hypotheses.size(), references.size()));
    }
    if (references.stream().anyMatch(List::isEmpty)) {
      throw new IllegalArgumentException("a hypothesis has no reference; each needs at least one");
    }
  }
}
