package io.parlance.tokenizers;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts an encoding to a length and makes the overflowing windows, as {@code truncate_encodings} and
 * {@code Encoding::truncate} of the Hugging Face library do.
 *
 * <p>It works on the complete encoding: the special tokens that the post-processor placed before,
 * between and behind the sequences are the tokens that belong to no sequence, and every window
 * keeps them all. So no template has to be known.
 */
final class Windows {
  /** Tokens {@code [start, end)} of one sequence. */
  private record Range(int start, int end) {}

  private final TokenColumns whole;
  private final EncodingOptions options;
  private final Side side;
  private final boolean trimsAddedPrefixSpace;

  Windows(TokenColumns whole, EncodingOptions options, Side side, boolean trimsAddedPrefixSpace) {
    this.whole = whole;
    this.options = options;
    this.side = side;
    this.trimsAddedPrefixSpace = trimsAddedPrefixSpace;
  }

  Encoding truncate(boolean pair) {
    if (options.truncation() == Truncation.DO_NOT_TRUNCATE
        || whole.length() <= options.maxLength()) {
      return new Encoding(whole, whole.length(), List.of());
    }
    int first = whole.count(0);
    int second = whole.count(1);
    int special = whole.length() - first - second;
    int room = options.maxLength() - special;
    if (room < 1) {
      throw new IllegalArgumentException(
          "maximum length "
              + options.maxLength()
              + " leaves no room for text beside "
              + special
              + " special tokens");
    }
    int keepFirst = first;
    int keepSecond = second;
    switch (options.truncation()) {
      case LONGEST_FIRST -> {
        keepFirst = pair ? keptOfFirst(first, second, room) : room;
        keepSecond = room - keepFirst;
      }
      case ONLY_FIRST -> keepFirst = keptOfOne("first", first, second, room);
      case ONLY_SECOND -> {
        if (!pair) {
          throw new IllegalArgumentException(
              "truncation ONLY_SECOND needs a pair of texts, but there is one text of "
                  + first
                  + " tokens");
        }
        keepSecond = keptOfOne("second", second, first, room);
      }
      case DO_NOT_TRUNCATE -> throw new AssertionError("handled above");
    }
    return combine(ranges(first, keepFirst), ranges(second, Math.min(second, keepSecond)));
  }

  /**
   * Taking tokens one at a time from the longer sequence leaves both this long; of two equals the
   * first loses first.
   */
  private static int keptOfFirst(int first, int second, int room) {
    int shorter = Math.min(first, second);
    int keepShorter = shorter;
    int keepLonger = Math.max(shorter, room - shorter);
    if (shorter > room || keepShorter + keepLonger > room) {
      keepShorter = room / 2;
      keepLonger = room - keepShorter;
    }
    return first > second ? keepLonger : keepShorter;
  }

  private int keptOfOne(String name, int length, int other, int room) {
    int keep = room - other;
    if (keep < 1) {
      throw new IllegalArgumentException(
          "the other text alone has "
              + other
              + " tokens, so cutting only the "
              + name
              + " text of "
              + length
              + " tokens cannot reach the maximum length "
              + options.maxLength()
              + "; use LONGEST_FIRST or a greater maximum length");
    }
    return keep;
  }

  /** The kept part of a sequence, then, where overflow is asked for, the windows over the rest. */
  private List<Range> ranges(int length, int keep) {
    if (keep >= length) {
      return List.of(new Range(0, length));
    }
    if (!options.overflow() || keep == 0) {
      return List.of(side == Side.RIGHT ? new Range(0, keep) : new Range(length - keep, length));
    }
    if (options.stride() >= keep) {
      throw new IllegalArgumentException(
          "stride "
              + options.stride()
              + " must be smaller than the "
              + keep
              + " tokens of text in a window");
    }
    List<Range> ranges = new ArrayList<>();
    int step = keep - options.stride();
    if (side == Side.RIGHT) {
      int start = 0;
      for (; start + keep < length; start += step) {
        ranges.add(new Range(start, start + keep));
      }
      ranges.add(new Range(start, length));
    } else {
      int end = length;
      for (; end - keep > 0; end -= step) {
        ranges.add(new Range(end - keep, end));
      }
      ranges.add(new Range(0, end));
    }
    return ranges;
  }

  /**
   * First the windows of the first text, each with all of the second, then the kept first text with
   * the others.
   */
  private Encoding combine(List<Range> firsts, List<Range> seconds) {
    List<Encoding> overflow = new ArrayList<>();
    for (Range first : firsts.subList(1, firsts.size())) {
      for (Range second : seconds) {
        overflow.add(new Encoding(select(first, second), whole.length(), List.of()));
      }
    }
    for (Range second : seconds.subList(1, seconds.size())) {
      overflow.add(new Encoding(select(firsts.get(0), second), whole.length(), List.of()));
    }
    return new Encoding(select(firsts.get(0), seconds.get(0)), whole.length(), overflow);
  }

  /** The special tokens and the given tokens of both sequences. */
  private TokenColumns select(Range first, Range second) {
    int[] chosen = new int[whole.length()];
    int count = 0;
    int[] seen = new int[2];
    int[] windowStart = {-1, -1};
    for (int token = 0; token < whole.length(); token++) {
      int sequence = whole.sequenceIds()[token];
      if (sequence >= 0) {
        Range range = sequence == 0 ? first : second;
        int rank = seen[sequence]++;
        if (rank < range.start() || rank >= range.end()) {
          continue;
        }
        if (rank == range.start() && rank > 0) {
          windowStart[sequence] = count;
        }
      }
      chosen[count++] = token;
    }
    TokenColumns selected = pick(chosen, count);
    if (trimsAddedPrefixSpace) {
      for (int token : windowStart) {
        if (token >= 0) {
          restorePrefixSpace(selected, token);
        }
      }
    }
    return selected;
  }

  private TokenColumns pick(int[] chosen, int count) {
    String[] tokens = new String[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = whole.tokens()[chosen[i]];
    }
    return new TokenColumns(
        pick(whole.ids(), chosen, count),
        pick(whole.typeIds(), chosen, count),
        pick(whole.wordIds(), chosen, count),
        pick(whole.sequenceIds(), chosen, count),
        pick(whole.starts(), chosen, count),
        pick(whole.ends(), chosen, count),
        tokens);
  }

  private static int[] pick(int[] column, int[] chosen, int count) {
    int[] picked = new int[count];
    for (int i = 0; i < count; i++) {
      picked[i] = column[chosen[i]];
    }
    return picked;
  }

  /**
   * The reference trims the offsets after cutting and takes one leading space of a window's first
   * token for the one that it added itself, so it stays inside the token's offsets there. The
   * trimmed offsets are undone likewise.
   */
  private void restorePrefixSpace(TokenColumns window, int token) {
    String spelling = window.tokens()[token];
    if (spelling.isEmpty() || !isSpace(spelling.charAt(0)) || window.starts()[token] == 0) {
      return;
    }
    window.starts()[token]--;
    if (spelling.chars().allMatch(unit -> isSpace((char) unit))) {
      window.ends()[token] = window.starts()[token];
    }
  }

  private static boolean isSpace(char unit) {
    return unit == '\u0120' || Character.isWhitespace(unit); // the byte-level spelling of a space
  }
}
