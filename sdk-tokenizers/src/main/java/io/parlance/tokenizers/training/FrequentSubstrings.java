package io.parlance.tokenizers.training;

import java.util.Arrays;

/**
 * The substrings of the units that start a Unigram vocabulary: those that cannot be made longer
 * without becoming rarer, with the greatest product of frequency and length.
 *
 * <p>All suffixes are sorted; what several neighbours start with is a substring that occurs in each
 * of them, so one pass over the common prefixes of neighbours finds all (the internal nodes of the
 * suffix tree).
 */
final class FrequentSubstrings {
  private final int[] text;
  private final int[] unitEnd;
  private final int longest;
  private final int[] suffixes;
  private final long[] weightBefore;

  // What was found: the suffixes from..to all start with the same `lengths` characters.
  private int found;
  private int[] from = new int[1024];
  private int[] to = new int[1024];
  private int[] lengths = new int[1024];
  private long[] scores = new long[1024];

  private FrequentSubstrings(TextUnits units, int longest) {
    this.text = units.text();
    this.longest = longest;
    this.unitEnd = new int[text.length];
    long[] weight = new long[text.length];
    for (int unit = 0; unit < units.size(); unit++) {
      Arrays.fill(
          unitEnd, units.starts()[unit], units.starts()[unit + 1], units.starts()[unit + 1]);
      Arrays.fill(weight, units.starts()[unit], units.starts()[unit + 1], units.counts()[unit]);
    }
    suffixes = new int[text.length];
    Arrays.setAll(suffixes, i -> i);
    sort(0, suffixes.length, 0);
    weightBefore = new long[text.length + 1];
    for (int i = 0; i < suffixes.length; i++) {
      weightBefore[i + 1] = weightBefore[i] + weight[suffixes[i]];
    }
  }

  /** A substring and where it occurs in the text. */
  interface Visitor {
    /**
     * @param length number of characters, at least 2
     * @param score frequency times length
     * @param occurrences positions in the text, in the entries {@code from} to {@code to}
     *     (exclusive)
     */
    void visit(int length, long score, int[] occurrences, int from, int to);
  }

  /**
   * Shows the {@code limit} best substrings of 2 to {@code longest} characters that occur at least
   * twice.
   */
  static void visit(TextUnits units, int longest, int limit, Visitor visitor) {
    FrequentSubstrings substrings = new FrequentSubstrings(units, longest);
    substrings.find();
    substrings.visitBest(limit, visitor);
  }

  private int character(int suffix, int depth) {
    int position = suffix + depth;
    return depth < longest && position < unitEnd[suffix] ? text[position] : -1;
  }

  /**
   * Three-way string quicksort (Bentley and Sedgewick 1997); equal suffixes keep no particular
   * order.
   */
  private void sort(int low, int high, int depth) {
    while (high - low > 1) {
      int pivot =
          median(
              character(suffixes[low], depth),
              character(suffixes[(low + high) >>> 1], depth),
              character(suffixes[high - 1], depth));
      int less = low;
      int greater = high;
      for (int i = low; i < greater; ) {
        int character = character(suffixes[i], depth);
        if (character < pivot) {
          swap(less++, i++);
        } else if (character > pivot) {
          swap(i, --greater);
        } else {
          i++;
        }
      }
      sort(low, less, depth);
      if (pivot >= 0) {
        sort(less, greater, depth + 1);
      }
      low = greater;
    }
  }

  private static int median(int a, int b, int c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private void swap(int i, int j) {
    int suffix = suffixes[i];
    suffixes[i] = suffixes[j];
    suffixes[j] = suffix;
  }

  private int commonPrefix(int a, int b) {
    int length = 0;
    while (character(a, length) >= 0 && character(a, length) == character(b, length)) {
      length++;
    }
    return length;
  }

  private void find() {
    int[] openLength = new int[longest + 2];
    int[] openFrom = new int[longest + 2];
    int open = 0; // entry 0 is the empty prefix of all suffixes
    int previous = 0;
    for (int i = 0; i < suffixes.length; i++) {
      int next = i + 1 < suffixes.length ? commonPrefix(suffixes[i], suffixes[i + 1]) : 0;
      int own = Math.min(longest, unitEnd[suffixes[i]] - suffixes[i]);
      if (own > previous && own > next) {
        report(i, i + 1, own);
      }
      int start = i;
      while (openLength[open] > next) {
        start = openFrom[open];
        report(start, i + 1, openLength[open]);
        open--;
      }
      if (openLength[open] < next) {
        open++;
        openLength[open] = next;
        openFrom[open] = start;
      }
      previous = next;
    }
  }

  private void report(int start, int end, int length) {
    long frequency = weightBefore[end] - weightBefore[start];
    if (length < 2 || frequency < 2) {
      return;
    }
    if (found == from.length) {
      from = Arrays.copyOf(from, found * 2);
      to = Arrays.copyOf(to, found * 2);
      lengths = Arrays.copyOf(lengths, found * 2);
      scores = Arrays.copyOf(scores, found * 2);
    }
    from[found] = start;
    to[found] = end;
    lengths[found] = length;
    scores[found++] = frequency * length;
  }

  private void visitBest(int limit, Visitor visitor) {
    long threshold = Long.MIN_VALUE;
    int ties = found;
    if (found > limit) {
      long[] sorted = Arrays.copyOf(scores, found);
      Arrays.sort(sorted);
      threshold = sorted[found - limit];
      long last = threshold;
      ties = limit - (int) Arrays.stream(sorted).filter(score -> score > last).count();
    }
    for (int i = 0; i < found; i++) {
      if (scores[i] > threshold || (scores[i] == threshold && ties-- > 0)) {
        visitor.visit(lengths[i], scores[i], suffixes, from[i], to[i]);
      }
    }
  }
}
