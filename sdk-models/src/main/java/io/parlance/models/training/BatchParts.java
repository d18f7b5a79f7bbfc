package io.parlance.models.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Cuts batches into parts that are computed one by one or at once, see {@link GradientStep}. What a
 * batch is stays the same; its parts only need less padding, memory and time.
 */
final class BatchParts {

  /** Below this number of tokens a part costs more than it gains. */
  private static final int SMALLEST = GradientStep.PART_TOKENS / 2;

  private BatchParts() {}

  /**
   * The examples of a batch in parts of about {@link GradientStep#PART_TOKENS} tokens, longest
   * first; as many for each worker where the batch is large enough.
   *
   * @param examples the numbers of the examples
   * @param lengths the tokens of every example by number
   * @param workers how many parts are computed at once
   */
  static List<int[]> cut(int[] examples, int[] lengths, int workers) {
    long tokens = Arrays.stream(examples).mapToLong(example -> lengths[example]).sum();
    int count = count(tokens, examples.length, workers);
    if (count == 1) {
      return List.of(examples);
    }
    int[] sorted =
        Arrays.stream(examples)
            .boxed()
            .sorted(Comparator.comparingInt((Integer example) -> -lengths[example]))
            .mapToInt(Integer::intValue)
            .toArray();
    List<int[]> parts = new ArrayList<>(count);
    int start = 0;
    long seen = 0;
    for (int i = 0; i < sorted.length; i++) {
      seen += lengths[sorted[i]];
      int left = sorted.length - i - 1;
      int open = count - parts.size() - 1;
      // the share is full, or the rest has one example for each part to come
      if (open > 0 && (seen * count >= tokens * (parts.size() + 1) || left == open)) {
        parts.add(Arrays.copyOfRange(sorted, start, i + 1));
        start = i + 1;
      }
    }
    parts.add(Arrays.copyOfRange(sorted, start, sorted.length));
    return parts;
  }

  private static int count(long tokens, int examples, int workers) {
    long count = (tokens + GradientStep.PART_TOKENS - 1) / GradientStep.PART_TOKENS;
    long even = (count + workers - 1) / workers * workers;
    long chosen = tokens >= even * SMALLEST ? even : count;
    return (int) Math.max(1, Math.min(chosen, examples));
  }
}
