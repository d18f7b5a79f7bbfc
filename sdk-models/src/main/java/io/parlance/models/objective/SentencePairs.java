package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts documents into pairs of segments for next sentence prediction (BERT) or sentence order
 * prediction (ALBERT), as the original {@code create_instances_from_document} does. A segment is a
 * run of whole sentences.
 *
 * @param objective what is to be told about a pair
 * @param maximumTokens the largest number of tokens of a pair, without special tokens
 * @param shortShare the share of pairs that aim at a random smaller size, so that the model sees
 *     short inputs too
 */
public record SentencePairs(Objective objective, int maximumTokens, double shortShare) {

  /** BERT's share of shorter pairs. */
  public static final double DEFAULT_SHORT_SHARE = 0.1;

  /** What is to be told about a pair. */
  public enum Objective {
    /** Label 0: the second segment follows the first; 1: it comes from another document. */
    NEXT_SENTENCE,
    /** Label 0: two consecutive segments in their order; 1: swapped. */
    SENTENCE_ORDER
  }

  /**
   * Two segments.
   *
   * @param first token ids of the first segment
   * @param second token ids of the second segment
   * @param label 0 or 1, see {@link Objective}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Pair(int[] first, int[] second, int label) {}

  /** How one pair is put together: sentences of a document, and where the walk goes on. */
  record Plan(List<int[]> first, List<int[]> second, int label, int nextSentence) {}

  public SentencePairs {
    if (maximumTokens < 2) {
      throw new IllegalArgumentException("maximum tokens " + maximumTokens + " must be at least 2");
    }
    if (!(shortShare >= 0 && shortShare <= 1)) {
      throw new IllegalArgumentException("share of short pairs " + shortShare + " must be 0 to 1");
    }
  }

  /**
   * The pairs of all documents, in order; follows from {@code random} alone, so give each epoch its
   * own.
   *
   * @param documents the documents as lists of sentences, each the ids of its tokens; no sentence
   *     may be empty
   * @throws IllegalArgumentException if a sentence is empty, or for {@link Objective#NEXT_SENTENCE}
   *     if there are fewer than two documents with sentences
   */
  public List<Pair> of(List<List<int[]>> documents, CounterRandom random) {
    List<List<int[]>> full = documents.stream().filter(document -> !document.isEmpty()).toList();
    if (objective == Objective.NEXT_SENTENCE && full.size() < 2) {
      throw new IllegalArgumentException(
          "next sentence prediction needs at least two documents with sentences, found "
              + full.size());
    }
    List<Pair> pairs = new ArrayList<>();
    for (int document = 0; document < full.size(); document++) {
      new Walk(full, document, random.fork(document)).collect(pairs);
    }
    return pairs;
  }

  /** The consecutive pair: the second segment is the rest of the chunk. */
  static Plan consecutive(
      List<int[]> document, int start, int split, int end, Objective objective, boolean swap) {
    List<int[]> first = document.subList(start, split);
    List<int[]> second = document.subList(split, end);
    return objective == Objective.SENTENCE_ORDER && swap
        ? new Plan(second, first, 1, end)
        : new Plan(first, second, 0, end);
  }

  /** A pair with a second segment from elsewhere; the unused rest of the chunk is put back. */
  static Plan random(
      List<int[]> document, int start, int split, List<int[]> other, int otherStart, int tokens) {
    int otherEnd = otherStart;
    int taken = 0;
    while (otherEnd < other.size() && (taken == 0 || taken < tokens)) {
      taken += other.get(otherEnd).length;
      otherEnd++;
    }
    return new Plan(document.subList(start, split), other.subList(otherStart, otherEnd), 1, split);
  }

  /** Walks through one document. */
  private final class Walk {
    private final List<List<int[]>> documents;
    private final int document;
    private final CounterRandom random;
    private long draws;

    Walk(List<List<int[]>> documents, int document, CounterRandom random) {
      this.documents = documents;
      this.document = document;
      this.random = random;
    }

    private int below(int bound) {
      return random.below(bound, draws++);
    }

    private double uniform() {
      return random.uniform(draws++);
    }

    void collect(List<Pair> pairs) {
      List<int[]> sentences = documents.get(document);
      for (int start = 0; start < sentences.size(); ) {
        int target = uniform() < shortShare ? 2 + below(maximumTokens - 1) : maximumTokens;
        int end = start;
        int tokens = 0;
        while (end < sentences.size() && (end == start || tokens < target)) {
          int length = sentences.get(end).length;
          if (length == 0) {
            throw new IllegalArgumentException(
                "sentence " + end + " of document " + document + " is empty");
          }
          tokens += length;
          end++;
        }
        boolean single = end - start == 1;
        if (single && objective == Objective.SENTENCE_ORDER) {
          return; // one sentence has no order
        }
        int split = single ? end : start + 1 + below(end - start - 1);
        Plan plan = plan(sentences, start, split, end, target);
        pairs.add(trimmed(plan));
        start = plan.nextSentence();
      }
    }

    private Plan plan(List<int[]> sentences, int start, int split, int end, int target) {
      boolean flip = uniform() < 0.5;
      if (objective == Objective.SENTENCE_ORDER || split < end && !flip) {
        return consecutive(sentences, start, split, end, objective, flip);
      }
      int shift = 1 + below(documents.size() - 1);
      List<int[]> other = documents.get((document + shift) % documents.size());
      int firstTokens = sentences.subList(start, split).stream().mapToInt(s -> s.length).sum();
      return random(sentences, start, split, other, below(other.size()), target - firstTokens);
    }

    /** Cuts tokens off the longer segment, at either end, until the pair fits. */
    private Pair trimmed(Plan plan) {
      int[] first = joined(plan.first());
      int[] second = joined(plan.second());
      int firstStart = 0;
      int firstEnd = first.length;
      int secondStart = 0;
      int secondEnd = second.length;
      while (firstEnd - firstStart + secondEnd - secondStart > maximumTokens) {
        boolean front = uniform() < 0.5;
        if (firstEnd - firstStart > secondEnd - secondStart) {
          firstStart += front ? 1 : 0;
          firstEnd -= front ? 0 : 1;
        } else {
          secondStart += front ? 1 : 0;
          secondEnd -= front ? 0 : 1;
        }
      }
      return new Pair(
          Arrays.copyOfRange(first, firstStart, firstEnd),
          Arrays.copyOfRange(second, secondStart, secondEnd),
          plan.label());
    }
  }

  private static int[] joined(List<int[]> sentences) {
    return sentences.stream().flatMapToInt(Arrays::stream).toArray();
  }
}
