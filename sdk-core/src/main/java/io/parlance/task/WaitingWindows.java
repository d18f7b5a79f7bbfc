package io.parlance.task;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What waits to be run, in order of arrival and by length. Not thread-safe. */
final class WaitingWindows {
  /** Share of a run that may be padding; a lone text is cheaper than much of it. */
  private static final double MOST_PADDING = 0.15;

  private final LinkedHashSet<WaitingWindow> byArrival = new LinkedHashSet<>();
  private final NavigableMap<Integer, LinkedHashSet<WaitingWindow>> byLength = new TreeMap<>();

  boolean isEmpty() {
    return byArrival.isEmpty();
  }

  void add(Collection<WaitingWindow> windows) {
    for (WaitingWindow window : windows) {
      byArrival.add(window);
      byLength.computeIfAbsent(window.length(), length -> new LinkedHashSet<>()).add(window);
    }
  }

  /** Takes out those that are in. */
  void remove(Collection<WaitingWindow> windows) {
    for (WaitingWindow window : windows) {
      if (byArrival.remove(window)) {
        byLength.computeIfPresent(
            window.length(),
            (length, equallyLong) -> {
              equallyLong.remove(window);
              return equallyLong.isEmpty() ? null : equallyLong;
            });
      }
    }
  }

  List<WaitingWindow> takeAll() {
    List<WaitingWindow> all = new ArrayList<>(byArrival);
    byArrival.clear();
    byLength.clear();
    return all;
  }

  /**
   * Takes out the next run: the window that came first and others of the same task and of nearly
   * its length, the nearest first.
   *
   * @param budget the most tokens, padding included, unless the first one exceeds it alone
   */
  List<WaitingWindow> take(int budget) {
    if (byArrival.isEmpty()) {
      return List.of();
    }
    WaitingWindow first = byArrival.iterator().next();
    Batch batch = new Batch(first, first.call().task().tokensPerRun(budget));
    Map.Entry<Integer, LinkedHashSet<WaitingWindow>> shorter = byLength.floorEntry(first.length());
    Map.Entry<Integer, LinkedHashSet<WaitingWindow>> longer = byLength.higherEntry(first.length());
    while (true) {
      if (shorter != null
          && (longer == null
              || first.length() - shorter.getKey() <= longer.getKey() - first.length())) {
        boolean fits = batch.addAll(shorter.getValue());
        shorter = fits ? byLength.lowerEntry(shorter.getKey()) : null;
      } else if (longer != null) {
        boolean fits = batch.addAll(longer.getValue());
        longer = fits ? byLength.higherEntry(longer.getKey()) : null;
      } else {
        break;
      }
    }
    remove(batch.windows);
    return batch.windows;
  }

  /** A run in the making. */
  private static final class Batch {
    private final List<WaitingWindow> windows = new ArrayList<>();
    private final WaitingWindow first;
    private final int budget;
    private int longest;
    private long tokens;

    Batch(WaitingWindow first, int budget) {
      this.first = first;
      this.budget = budget;
      longest = first.length();
      tokens = first.length();
      windows.add(first);
    }

    /** Adds windows of one length; false when one does not fit. */
    boolean addAll(Collection<WaitingWindow> equallyLong) {
      for (WaitingWindow window : equallyLong) {
        if (window == first
            || !window.call().task().outputs().equals(first.call().task().outputs())
            || window.call().encoder() != first.call().encoder()) {
          continue;
        }
        int length = Math.max(longest, window.length());
        long padded = (windows.size() + 1L) * length;
        if (padded > budget || padded - tokens - window.length() > MOST_PADDING * padded) {
          return false;
        }
        windows.add(window);
        longest = length;
        tokens += window.length();
      }
      return true;
    }
  }
}
