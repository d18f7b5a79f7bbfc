package io.parlance.models.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * BLEU of a corpus (Papineni et al. 2002) as sacrebleu computes it by default (Post 2018,
 * arXiv:1804.08771): its {@code nrefs:n|case:mixed|eff:no|tok:13a|smooth:exp}. N-grams of up to 4
 * words, cut by the rules of mteval-v13a; case counts.
 *
 * @param score from 0 to 100: the geometric mean of the precisions times the brevity penalty
 * @param precisions for 1 to 4 words, the percentage of n-grams that are in a reference; where none
 *     of them is, halved once more for each such order (Chen and Cherry 2014, method 3)
 * @param brevityPenalty below 1 where the hypotheses are shorter than the references
 * @param hypothesisLength words of all hypotheses
 * @param referenceLength words of all references, of each hypothesis the one of the nearest length
 */
public record Bleu(
    double score,
    List<Double> precisions,
    double brevityPenalty,
    long hypothesisLength,
    long referenceLength) {

  private static final int ORDERS = 4;

  public Bleu {
    precisions = List.copyOf(precisions);
  }

  /**
   * Compares texts with one reference each.
   *
   * @throws IllegalArgumentException if there are not equally many, or none
   */
  public static Bleu of(List<String> hypotheses, List<String> references) {
    return ofSeveral(hypotheses, references.stream().map(List::of).toList());
  }

  /**
   * Compares texts with any number of references each.
   *
   * @throws IllegalArgumentException if there are not as many lists as texts, or one is empty
   */
  public static Bleu ofSeveral(List<String> hypotheses, List<List<String>> references) {
    Ngrams.requirePaired(hypotheses, references);
    Counts counts = new Counts();
    for (int i = 0; i < hypotheses.size(); i++) {
      counts.add(Words.of(hypotheses.get(i)), references.get(i).stream().map(Words::of).toList());
    }
    return counts.bleu();
  }

  private static final class Counts {
    private final long[] correct = new long[ORDERS];
    private final long[] total = new long[ORDERS];
    private long hypothesisLength;
    private long referenceLength;

    void add(List<String> hypothesis, List<List<String>> references) {
      for (int order = 1; order <= ORDERS; order++) {
        Map<List<String>, Integer> found = Ngrams.ofWords(hypothesis, order);
        Map<List<String>, Integer> wanted = Ngrams.ofWords(references.get(0), order);
        for (List<String> other : references.subList(1, references.size())) {
          Ngrams.ofWords(other, order).forEach((ngram, n) -> wanted.merge(ngram, n, Math::max));
        }
        correct[order - 1] += Ngrams.common(found, wanted);
        total[order - 1] += Math.max(0, hypothesis.size() - order + 1);
      }
      hypothesisLength += hypothesis.size();
      referenceLength += nearest(hypothesis.size(), references);
    }

    /** The length of the reference that is nearest, of two the shorter. */
    private static int nearest(int length, List<List<String>> references) {
      int nearest = references.get(0).size();
      for (List<String> reference : references) {
        int difference = Math.abs(length - reference.size()) - Math.abs(length - nearest);
        if (difference < 0 || difference == 0 && reference.size() < nearest) {
          nearest = reference.size();
        }
      }
      return nearest;
    }

    Bleu bleu() {
      double penalty = 1;
      if (hypothesisLength < referenceLength) {
        penalty =
            hypothesisLength == 0 ? 0 : Math.exp(1 - (double) referenceLength / hypothesisLength);
      }
      double[] precisions = precisions();
      double logarithms = 0;
      List<Double> listed = new ArrayList<>();
      for (double precision : precisions) {
        logarithms += Math.log(precision);
        listed.add(precision);
      }
      // a precision of 0 has the logarithm minus infinity, and the score is 0
      double score = penalty * Math.exp(logarithms / ORDERS);
      return new Bleu(score, listed, penalty, hypothesisLength, referenceLength);
    }

    private double[] precisions() {
      double[] precisions = new double[ORDERS];
      if (correct[0] == 0) {
        return precisions;
      }
      double smoothing = 1;
      for (int i = 0; i < ORDERS && total[i] > 0; i++) {
        if (correct[i] == 0) {
          smoothing *= 2;
        }
        precisions[i] = 100 * (correct[i] == 0 ? 1 / smoothing : correct[i]) / total[i];
      }
      return precisions;
    }
  }
}
