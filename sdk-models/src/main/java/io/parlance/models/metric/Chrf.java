package io.parlance.models.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * chrF2 of a corpus, the F score of character n-grams (Popović 2015, 2016) as sacrebleu computes it
 * by default: {@code case:mixed|eff:yes|nc:6|nw:0|space:no}. N-grams of up to 6 characters without
 * white space; recall counts twice as much as precision. It sees endings and parts of words, where
 * {@link Bleu} sees whole ones only.
 */
public final class Chrf {

  private static final int ORDERS = 6;
  private static final double BETA_SQUARED = 4;

  private Chrf() {}

  /**
   * The score of texts with one reference each, from 0 to 100.
   *
   * @throws IllegalArgumentException if there are not equally many, or none
   */
  public static double of(List<String> hypotheses, List<String> references) {
    return ofSeveral(hypotheses, references.stream().map(List::of).toList());
  }

  /**
   * The score of texts with any number of references each, of which the one counts that fits best.
   *
   * @throws IllegalArgumentException if there are not as many lists as texts, or one is empty
   */
  public static double ofSeveral(List<String> hypotheses, List<List<String>> references) {
    Ngrams.requirePaired(hypotheses, references);
    Counts all = new Counts();
    for (int i = 0; i < hypotheses.size(); i++) {
      List<Map<String, Integer>> hypothesis = ngrams(hypotheses.get(i));
      Counts best = null;
      for (String reference : references.get(i)) {
        Counts counts = Counts.of(hypothesis, ngrams(reference));
        if (best == null || counts.score() > best.score()) {
          best = counts;
        }
      }
      if (best != null) {
        all.add(best);
      }
    }
    return all.score();
  }

  private static List<Map<String, Integer>> ngrams(String text) {
    int[] characters = Words.characters(text);
    List<Map<String, Integer>> ngrams = new ArrayList<>(ORDERS);
    for (int order = 1; order <= ORDERS; order++) {
      ngrams.add(Ngrams.ofCharacters(characters, order));
    }
    return ngrams;
  }

  private static final class Counts {
    private final long[] found = new long[ORDERS];
    private final long[] wanted = new long[ORDERS];
    private final long[] common = new long[ORDERS];

    static Counts of(List<Map<String, Integer>> hypothesis, List<Map<String, Integer>> reference) {
      Counts counts = new Counts();
      for (int i = 0; i < ORDERS; i++) {
        counts.wanted[i] = Ngrams.sum(reference.get(i));
        // where the reference is too short for an n-gram, those of the hypothesis do not count
        counts.found[i] = counts.wanted[i] == 0 ? 0 : Ngrams.sum(hypothesis.get(i));
        counts.common[i] = Ngrams.common(hypothesis.get(i), reference.get(i));
      }
      return counts;
    }

    void add(Counts other) {
      for (int i = 0; i < ORDERS; i++) {
        found[i] += other.found[i];
        wanted[i] += other.wanted[i];
        common[i] += other.common[i];
      }
    }

    /** The F score of mean precision and mean recall, over the orders that both sides have. */
    double score() {
      double precision = 0;
      double recall = 0;
      int orders = 0;
      for (int i = 0; i < ORDERS; i++) {
        if (found[i] > 0 && wanted[i] > 0) {
          precision += (double) common[i] / found[i];
          recall += (double) common[i] / wanted[i];
          orders++;
        }
      }
      if (precision + recall == 0) {
        return 0;
      }
      precision /= orders;
      recall /= orders;
      return 100 * (1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall);
    }
  }
}
