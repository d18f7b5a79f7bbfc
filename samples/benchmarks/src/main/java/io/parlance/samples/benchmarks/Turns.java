package io.parlance.samples.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Several ways to do the same, which take turns in one process, so that whatever else the machine
 * does meets all of them.
 */
final class Turns {
  private final Map<String, Way> ways = new LinkedHashMap<>();

  /** One way to do all of the work. */
  interface Way {
    void run() throws Exception;
  }

  /** Adds a way; the first is what the others are compared with. */
  Turns add(String name, Way way) {
    ways.put(name, way);
    return this;
  }

  /** Takes the time of each way in each round but one before the first, which warms up. */
  Map<String, Times> measure(int rounds) throws Exception {
    Map<String, long[]> nanos = new LinkedHashMap<>();
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Way> way : ways.entrySet()) {
        long start = System.nanoTime();
        way.getValue().run();
        if (round >= 0) {
          nanos.computeIfAbsent(way.getKey(), each -> new long[rounds])[round] =
              System.nanoTime() - start;
        }
      }
    }
    Map<String, Times> times = new LinkedHashMap<>();
    nanos.forEach((way, of) -> times.put(way, Times.of(of)));
    return times;
  }

  /**
   * What a way took.
   *
   * @param median nanoseconds
   * @param best nanoseconds
   */
  record Times(long median, long best) {
    static Times of(long[] nanos) {
      long[] sorted = nanos.clone();
      Arrays.sort(sorted);
      return new Times(sorted[sorted.length / 2], sorted[0]);
    }

    /** Work a second by the median, and by the best in brackets. */
    String rate(double work) {
      return "%.1f (%.1f)".formatted(work * 1e9 / median, work * 1e9 / best);
    }

    /** How many times as fast this was, for as much work. */
    String speedBeside(Times floor) {
      return speedBeside(floor, 1);
    }

    /** How many times as long as this the other took. */
    String timeBeside(Times other) {
      return "%.2f (%.2f)".formatted((double) other.median / median, (double) other.best / best);
    }

    /** How many times as fast this was, for so many times the work. */
    String speedBeside(Times floor, double work) {
      return "%.2f (%.2f)".formatted(work * floor.median / median, work * floor.best / best);
    }
  }
}
