package io.parlance.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The probabilities of one window's tokens to be first and last of the answer.
 *
 * @param starts by token; 0 for all that are not of the context
 * @param ends by token; 0 for all that are not of the context
 * @param nullScore of the answer that begins and ends at the window's first token, which stands for
 *     no answer
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AnswerSpans(float[] starts, float[] ends, float nullScore) {
  private static final float MASKED = -10000; // as the reference has it

  /** Tokens from start to end, both included. */
  record Span(int start, int end, float score) {}

  /** Worst first; of equals, those that come later. */
  private static final Comparator<Span> WORST_FIRST =
      Comparator.comparingDouble(Span::score)
          .thenComparing(Comparator.comparingInt(Span::start).reversed())
          .thenComparing(Comparator.comparingInt(Span::end).reversed());

  /**
   * Probabilities of logits, which are overwritten.
   *
   * @param context whether a token belongs to the context
   * @param weighed whether a token takes part in the softmax
   */
  static AnswerSpans of(float[] starts, float[] ends, boolean[] context, boolean[] weighed) {
    for (int i = 0; i < starts.length; i++) {
      if (!weighed[i]) {
        starts[i] = MASKED;
        ends[i] = MASKED;
      }
    }
    Softmax.apply(starts, 0, starts.length);
    Softmax.apply(ends, 0, ends.length);
    float nullScore = starts[0] * ends[0];
    for (int i = 0; i < starts.length; i++) {
      if (!context[i] || i == 0) {
        starts[i] = 0;
        ends[i] = 0;
      }
    }
    return new AnswerSpans(starts, ends, nullScore);
  }

  /**
   * The best spans with a probability, best first.
   *
   * @param count the most spans
   * @param maxLength the most tokens in each
   */
  List<Span> best(int count, int maxLength) {
    PriorityQueue<Span> best = new PriorityQueue<>(WORST_FIRST);
    for (int start = 0; start < starts.length; start++) {
      if (starts[start] == 0) {
        continue;
      }
      int limit = (int) Math.min(ends.length, (long) start + maxLength);
      for (int end = start; end < limit; end++) {
        float score = starts[start] * ends[end];
        if (score > 0 && (best.size() < count || score > best.element().score())) {
          best.add(new Span(start, end, score));
          if (best.size() > count) {
            best.remove();
          }
        }
      }
    }
    List<Span> sorted = new ArrayList<>(best);
    sorted.sort(WORST_FIRST.reversed());
    return sorted;
  }
}
