package io.parlance.models.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CounterRandomTest {

  private static final int DRAWS = 200_000;

  @Test
  void bitsAreThoseOfTheJdksSplitMixGenerator() {
    SplittableRandom reference = new SplittableRandom(42);
    CounterRandom random = CounterRandom.of(42);
    for (int position = 0; position < 1000; position++) {
      assertThat(random.bits(position)).isEqualTo(reference.nextLong());
    }
  }

  @Test
  void forksDifferFromEachOtherAndRepeat() {
    CounterRandom root = CounterRandom.of(7);
    assertThat(
            new long[] {
              root.bits(0),
              root.fork(0).bits(0),
              root.fork(1).bits(0),
              root.fork("").bits(0),
              root.fork("a").bits(0),
              root.fork("b").bits(0),
              root.fork("ab").bits(0),
              root.fork("a").fork("b").bits(0),
              root.fork("b").fork("a").bits(0),
              CounterRandom.of(8).fork("a").bits(0)
            })
        .doesNotHaveDuplicates();
    assertThat(root.fork("a").fork(3).bits(5))
        .isEqualTo(CounterRandom.of(7).fork("a").fork(3).bits(5));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.05, 0.1, 0.5, 0.9, 0.99999})
  void maskDropsWithTheRealizedProbability(double probability) {
    int size = 4_000_003;
    ByteBuffer mask = ByteBuffer.allocateDirect(size);
    CounterRandom.of(1).fork("dropout").fork(12).fillKeepMask(mask, probability);
    long kept = 0;
    for (int i = 0; i < size; i++) {
      assertThat(mask.get(i) >>> 1).isZero();
      kept += mask.get(i);
    }
    double realized = CounterRandom.realizedDropProbability(probability);
    assertThat(realized).isCloseTo(probability, within(probability > 0.9999 ? 1.6e-5 : 7.7e-6));
    double deviation = Math.sqrt(realized * (1 - realized) / size);
    assertThat(1 - (double) kept / size).isCloseTo(realized, within(5 * deviation));
  }

  @Test
  void maskElementsComparesSixteenBitsOfTheDocumentedWords() {
    ByteBuffer mask = ByteBuffer.allocate(21);
    CounterRandom random = CounterRandom.of(99);
    for (double probability : new double[] {0.25, 0.75, 0.3}) {
      random.fillKeepMask(mask, probability);
      long threshold = Math.round(probability * 65536);
      for (int i = 0; i < 21; i++) {
        long word = random.bits(i / 8 * 2 + i % 2);
        long lane = word >>> (i % 8 / 2 * 16) & 0xFFFF;
        assertThat(mask.get(i)).isEqualTo((byte) (lane >= threshold ? 1 : 0));
      }
    }
  }

  @Test
  void maskOfASliceLeavesTheRestAlone() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(32);
    buffer.position(5).limit(20);
    CounterRandom.of(3).fillKeepMask(buffer, 0);
    assertThat(buffer.position()).isEqualTo(5);
    buffer.clear();
    for (int i = 0; i < 32; i++) {
      assertThat(buffer.get(i)).isEqualTo((byte) (i >= 5 && i < 20 ? 1 : 0));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void impossibleDropProbabilityIsRefused(double probability) {
    assertThatThrownBy(() -> CounterRandom.of(1).fillKeepMask(ByteBuffer.allocate(8), probability))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dropout probability " + probability);
  }

  @Test
  void uniformAndBelowFillTheirRangeEvenly() {
    CounterRandom random = CounterRandom.of(11);
    int[] counts = new int[10];
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      double u = random.uniform(i);
      assertThat(u >= 0 && u < 1).isTrue();
      sum += u;
      counts[random.fork("below").below(10, i)]++;
    }
    assertThat(sum / DRAWS).isCloseTo(0.5, within(5 / Math.sqrt(12.0 * DRAWS)));
    for (int count : counts) {
      assertThat(count).isCloseTo(DRAWS / 10, within((int) (5 * Math.sqrt(0.09 * DRAWS))));
    }
  }

  @Test
  void normalHasTheMomentsAndTailsOfTheDistribution() {
    FloatBuffer values = FloatBuffer.allocate(DRAWS);
    CounterRandom.of(5).fillNormal(values, 0, 1);
    // tail probabilities of the standard normal distribution
    assertThat(share(values, 1)).isCloseTo(0.317311, within(0.006));
    assertThat(share(values, 2)).isCloseTo(0.045500, within(0.003));
    assertThat(share(values, 3)).isCloseTo(0.002700, within(0.0007));
    assertThat(mean(values)).isCloseTo(0, within(0.012));
    assertThat(standardDeviation(values)).isCloseTo(1, within(0.01));
  }

  @Test
  void truncatedNormalStaysWithinTwoDeviations() {
    FloatBuffer values = FloatBuffer.allocate(DRAWS);
    CounterRandom.of(5).fillTruncatedNormal(values, 0, 0.02);
    assertThat(share(values, 0.02 * 2.000001)).isZero();
    // 0.02 * sqrt(1 - 4 phi(2) / (2 Phi(2) - 1))
    assertThat(standardDeviation(values)).isCloseTo(0.017593, within(0.0002));
    assertThat(mean(values)).isCloseTo(0, within(0.0002));
  }

  @Test
  void uniformFillCoversItsInterval() {
    FloatBuffer values = FloatBuffer.allocate(DRAWS);
    CounterRandom.of(5).fillUniform(values, -3, 5);
    assertThat(mean(values)).isCloseTo(1, within(0.03));
    assertThat(standardDeviation(values)).isCloseTo(8 / Math.sqrt(12), within(0.02));
  }

  @Test
  void permutationsAreEquallyLikely() {
    int[] counts = new int[6];
    for (int i = 0; i < 60_000; i++) {
      int[] order = CounterRandom.of(0).fork(i).permutation(3);
      int[] sorted = order.clone();
      Arrays.sort(sorted);
      assertThat(sorted).containsExactly(0, 1, 2);
      counts[order[0] * 2 + (order[1] > order[2] ? 1 : 0)]++;
    }
    for (int count : counts) {
      assertThat(count).isCloseTo(10_000, within(500));
    }
  }

  private static double share(FloatBuffer values, double beyond) {
    int count = 0;
    for (int i = 0; i < values.capacity(); i++) {
      count += Math.abs(values.get(i)) > beyond ? 1 : 0;
    }
    return (double) count / values.capacity();
  }

  private static double mean(FloatBuffer values) {
    double sum = 0;
    for (int i = 0; i < values.capacity(); i++) {
      sum += values.get(i);
    }
    return sum / values.capacity();
  }

  private static double standardDeviation(FloatBuffer values) {
    double mean = mean(values);
    double sum = 0;
    for (int i = 0; i < values.capacity(); i++) {
      sum += (values.get(i) - mean) * (values.get(i) - mean);
    }
    return Math.sqrt(sum / values.capacity());
  }
}
