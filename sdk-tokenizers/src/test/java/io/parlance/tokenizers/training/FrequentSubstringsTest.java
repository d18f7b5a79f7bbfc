package io.parlance.tokenizers.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FrequentSubstringsTest {
  private static final int LONGEST = 5;

  private static TextUnits randomUnits(long seed) {
    Random random = new Random(seed);
    TreeMap<String, Long> words = new TreeMap<>();
    for (int word = 0; word < 12; word++) {
      StringBuilder text = new StringBuilder();
      for (int length = 1 + random.nextInt(9); length > 0; length--) {
        text.append((char) ('a' + random.nextInt(3)));
      }
      words.merge(text.toString(), 1L + random.nextInt(4), Long::sum);
    }
    return TextUnits.of(words, 1, 64);
  }

  private static String substring(TextUnits units, int position, int length) {
    return new String(units.text(), position, length);
  }

  /** All substrings with their positions, by looking at each. */
  private static Map<String, TreeSet<Integer>> bruteForce(TextUnits units) {
    Map<String, TreeSet<Integer>> positions = new HashMap<>();
    for (int unit = 0; unit < units.size(); unit++) {
      for (int start = units.starts()[unit]; start < units.starts()[unit + 1]; start++) {
        for (int length = 2;
            length <= LONGEST && start + length <= units.starts()[unit + 1];
            length++) {
          positions
              .computeIfAbsent(substring(units, start, length), unseen -> new TreeSet<>())
              .add(start);
        }
      }
    }
    return positions;
  }

  private static long frequency(TextUnits units, TreeSet<Integer> positions) {
    long frequency = 0;
    for (int position : positions) {
      int unit = Arrays.binarySearch(units.starts(), position);
      frequency += units.counts()[unit >= 0 ? unit : -unit - 2];
    }
    return frequency;
  }

  @Test
  void findsTheSubstringsThatCannotBeMadeLonger() {
    for (long seed = 0; seed < 50; seed++) {
      TextUnits units = randomUnits(seed);
      Map<String, TreeSet<Integer>> all = bruteForce(units);
      Map<String, Long> expected = new TreeMap<>();
      all.forEach(
          (text, positions) -> {
            boolean longer =
                all.keySet().stream()
                    .anyMatch(
                        other ->
                            other.length() == text.length() + 1
                                && other.startsWith(text)
                                && all.get(other).equals(positions));
            if (!longer && frequency(units, positions) >= 2) {
              expected.put(text, frequency(units, positions) * text.length());
            }
          });
      Map<String, Long> found = new TreeMap<>();
      FrequentSubstrings.visit(
          units,
          LONGEST,
          Integer.MAX_VALUE,
          (length, score, occurrences, from, to) -> {
            String text = substring(units, occurrences[from], length);
            assertThat(found.put(text, score)).isNull();
            TreeSet<Integer> positions = new TreeSet<>();
            for (int i = from; i < to; i++) {
              positions.add(occurrences[i]);
            }
            assertThat(positions).isEqualTo(all.get(text));
          });
      assertThat(found).isEqualTo(expected);
    }
  }

  @Test
  void keepsTheBest() {
    TextUnits units = randomUnits(3);
    List<Long> every = new ArrayList<>();
    FrequentSubstrings.visit(
        units, LONGEST, Integer.MAX_VALUE, (length, score, at, from, to) -> every.add(score));
    every.sort(null);
    List<Long> best = new ArrayList<>();
    FrequentSubstrings.visit(units, LONGEST, 7, (length, score, at, from, to) -> best.add(score));
    best.sort(null);
    assertThat(best).isEqualTo(every.subList(every.size() - 7, every.size()));
  }
}
