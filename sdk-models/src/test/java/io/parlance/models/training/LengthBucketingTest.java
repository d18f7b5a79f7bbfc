package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.models.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthBucketingTest {

  private final int[] lengths = lengths(1003);

  @Test
  void everyExampleIsInOneBatchOfAnEpoch() {
    for (LengthBucketing bucketing :
        List.of(
            LengthBucketing.ofSize(32),
            new LengthBucketing(7, 300, 3),
            new LengthBucketing(1, 1, 1),
            new LengthBucketing(5000, LengthBucketing.UNLIMITED, Integer.MAX_VALUE))) {
      for (List<int[]> batches :
          List.of(bucketing.shuffled(lengths, CounterRandom.of(1)), bucketing.sorted(lengths))) {
        int[] all = batches.stream().flatMapToInt(Arrays::stream).sorted().toArray();
        assertThat(all).isEqualTo(IntStream.range(0, 1003).toArray());
        for (int[] batch : batches) {
          assertThat(batch.length).isBetween(1, bucketing.batchSize());
          assertThat(batch.length == 1 || padded(batch) <= bucketing.maximumTokens()).isTrue();
        }
      }
    }
    assertThat(LengthBucketing.ofSize(32).shuffled(new int[0], CounterRandom.of(1))).isEmpty();
  }

  @Test
  void batchesFollowFromTheGenerator() {
    LengthBucketing bucketing = LengthBucketing.ofSize(16);
    CounterRandom order = CounterRandom.of(9).fork("order");
    assertThat(flat(bucketing.shuffled(lengths, order.fork(3))))
        .isEqualTo(flat(bucketing.shuffled(lengths, order.fork(3))));
    assertThat(flat(bucketing.shuffled(lengths, order.fork(3))))
        .isNotEqualTo(flat(bucketing.shuffled(lengths, order.fork(4))));
  }

  @Test
  void bucketsSpendLittleOnPadding() {
    long tokens = Arrays.stream(lengths).sum();
    long sortedTokens =
        LengthBucketing.ofSize(16).shuffled(lengths, CounterRandom.of(2)).stream()
            .mapToLong(this::padded)
            .sum();
    long unsortedTokens =
        new LengthBucketing(16, LengthBucketing.UNLIMITED, 1)
            .shuffled(lengths, CounterRandom.of(2)).stream().mapToLong(this::padded).sum();
    assertThat((double) sortedTokens / tokens).isLessThan(1.03);
    assertThat((double) unsortedTokens / tokens).isGreaterThan(1.5);
  }

  @Test
  void longAndShortBatchesAreMixed() {
    List<int[]> batches = LengthBucketing.ofSize(10).shuffled(lengths, CounterRandom.of(5));
    int half = batches.size() / 2;
    double first =
        batches.subList(0, half).stream().mapToLong(this::padded).average().orElseThrow();
    double second =
        batches.subList(half, batches.size()).stream()
            .mapToLong(this::padded)
            .average()
            .orElseThrow();
    assertThat(first / second).isBetween(0.7, 1.4);
  }

  @Test
  void impossibleSizesAreRefused() {
    assertThatThrownBy(() -> LengthBucketing.ofSize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch size 0 must be positive");
  }

  private long padded(int[] batch) {
    return (long) batch.length
        * Arrays.stream(batch).map(example -> lengths[example]).max().orElseThrow();
  }

  private static List<Integer> flat(List<int[]> batches) {
    List<Integer> flat = new ArrayList<>();
    batches.forEach(batch -> Arrays.stream(batch).forEach(flat::add));
    return flat;
  }

  private static int[] lengths(int count) {
    return IntStream.range(0, count).map(i -> 5 + CounterRandom.of(0).below(60, i)).toArray();
  }
}
