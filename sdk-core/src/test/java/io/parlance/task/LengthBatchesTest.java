package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthBatchesTest {
  @Test
  void packsSimilarLengthsIntoTheBudget() {
    assertThat(LengthBatches.plan(new int[] {4, 9, 3, 20, 5}, 10))
        .containsExactly(List.of(2, 0), List.of(4), List.of(1), List.of(3));
    assertThat(LengthBatches.plan(new int[0], 10)).isEmpty();
  }

  @Test
  void coversEverySequenceOnceWithinTheBudget() {
    Random random = new Random(7);
    int[] lengths = IntStream.generate(() -> 1 + random.nextInt(700)).limit(500).toArray();
    List<List<Integer>> batches = LengthBatches.plan(lengths, 512);
    assertThat(batches.stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 500).boxed().toList());
    for (List<Integer> batch : batches) {
      int longest = batch.stream().mapToInt(index -> lengths[index]).max().orElseThrow();
      assertThat(batch.size() == 1 || batch.size() * longest <= 512).isTrue();
    }
  }
}
