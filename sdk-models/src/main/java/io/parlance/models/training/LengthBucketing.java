package io.parlance.models.training;

import io.parlance.models.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts examples into batches of similar length, so that little is spent on padding, and yet in
 * random order: examples are shuffled, sorted by length inside windows, cut, and the batches
 * shuffled again. Which batches an epoch has follows from the generator alone.
 *
 * @param batchSize the largest number of examples in a batch
 * @param maximumTokens the largest number of tokens in a batch, padding included; a single example
 *     may exceed it; {@link #UNLIMITED} leaves the number of examples alone to decide
 * @param windowBatches how many batches of {@code batchSize} are sorted together; 1 does not sort
 *     across batches
 */
public record LengthBucketing(int batchSize, int maximumTokens, int windowBatches) {

  /** No limit on tokens. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** As many batches as are sorted together unless said otherwise. */
  public static final int DEFAULT_WINDOW = 50;

  public LengthBucketing {
    requirePositive("batch size", batchSize);
    requirePositive("maximum tokens", maximumTokens);
    requirePositive("window", windowBatches);
  }

  /**
   * Batches of {@code batchSize} examples, sorted in windows of {@value #DEFAULT_WINDOW} batches.
   */
  public static LengthBucketing ofSize(int batchSize) {
    return new LengthBucketing(batchSize, UNLIMITED, DEFAULT_WINDOW);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " " + value + " must be positive");
    }
  }

  /**
   * The batches of one epoch, each the numbers of its examples; every example is in exactly one.
   *
   * @param lengths the number of tokens of each example
   * @param random the generator of this epoch
   */
  public List<int[]> shuffled(int[] lengths, CounterRandom random) {
    int[] order = random.fork("examples").permutation(lengths.length);
    int window = (int) Math.min(Math.max(1, order.length), (long) batchSize * windowBatches);
    List<int[]> batches = new ArrayList<>();
    for (int start = 0; start < order.length; start += window) {
      int[] part = Arrays.copyOfRange(order, start, Math.min(order.length - start, window) + start);
      cut(sortedByLength(part, lengths), lengths, batches);
    }
    List<int[]> shuffled = new ArrayList<>(batches.size());
    for (int batch : random.fork("batches").permutation(batches.size())) {
      shuffled.add(batches.get(batch));
    }
    return shuffled;
  }

  /** Batches for evaluation: all examples sorted by length, shortest first. */
  public List<int[]> sorted(int[] lengths) {
    List<int[]> batches = new ArrayList<>();
    cut(sortedByLength(IntStream.range(0, lengths.length).toArray(), lengths), lengths, batches);
    return batches;
  }

  private static int[] sortedByLength(int[] examples, int[] lengths) {
    // stable, so that examples of one length stay shuffled
    return Arrays.stream(examples)
        .boxed()
        .sorted(Comparator.comparingInt(example -> lengths[example]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private void cut(int[] sorted, int[] lengths, List<int[]> batches) {
    int start = 0;
    for (int end = 1; end <= sorted.length; end++) {
      // sorted by length, so the next example would be the longest
      boolean full =
          end == sorted.length
              || end - start == batchSize
              || (long) (end - start + 1) * lengths[sorted[end]] > maximumTokens;
      if (full) {
        batches.add(Arrays.copyOfRange(sorted, start, end));
        start = end;
      }
    }
  }
}
