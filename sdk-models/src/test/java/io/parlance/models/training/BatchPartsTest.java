package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchPartsTest {

  private static List<int[]> cut(int workers, int... lengths) {
    return BatchParts.cut(IntStream.range(0, lengths.length).toArray(), lengths, workers);
  }

  private static int[] equal(int examples, int length) {
    int[] lengths = new int[examples];
    Arrays.fill(lengths, length);
    return lengths;
  }

  @Test
  void smallBatchIsOnePart() {
    assertThat(cut(2, 10, 500, 20)).containsExactly(new int[] {0, 1, 2});
  }

  @Test
  void largeBatchHasPartsOfAThousandTokens() {
    assertThat(cut(2, equal(32, 128))).hasSize(4).allSatisfy(part -> assertThat(part).hasSize(8));
  }

  @Test
  void eachWorkerHasAPartIfItIsLargeEnough() {
    assertThat(cut(2, equal(8, 128))).hasSize(2);
    assertThat(cut(4, equal(8, 128))).hasSize(1);
    assertThat(cut(4, equal(16, 128))).hasSize(4);
    assertThat(cut(2, equal(24, 128))).hasSize(4);
  }

  @Test
  void oneExampleMayExceedThePart() {
    assertThat(cut(2, 5000)).containsExactly(new int[] {0});
    assertThat(cut(2, 5000, 4000)).containsExactly(new int[] {0}, new int[] {1});
    assertThat(cut(2, 5000, 3, 4, 5)).allSatisfy(part -> assertThat(part).isNotEmpty());
  }

  @Test
  void everyExampleIsInOnePartWithOthersOfSimilarLength() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      int[] lengths = random.ints(1 + random.nextInt(64), 1, 300).toArray();
      List<int[]> parts = cut(1 + random.nextInt(4), lengths);
      assertThat(parts.stream().flatMapToInt(Arrays::stream).toArray())
          .containsExactlyInAnyOrder(IntStream.range(0, lengths.length).toArray());
      assertThat(parts).noneMatch(part -> part.length == 0);
      for (int i = 1; parts.size() > 1 && i < parts.size(); i++) {
        int shortest = Arrays.stream(parts.get(i - 1)).map(e -> lengths[e]).min().getAsInt();
        int longest = Arrays.stream(parts.get(i)).map(e -> lengths[e]).max().getAsInt();
        assertThat(longest).isLessThanOrEqualTo(shortest);
      }
    }
  }
}
