package io.parlance.segmentation;

import java.util.List;

/**
 * A part of a text.
 *
 * @param start its first UTF-16 unit
 * @param end the unit after its last
 */
public record Span(int start, int end) {
  public Span {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("no span from " + start + " to " + end);
    }
  }

  /** The part of this text. */
  public String of(String text) {
    return text.substring(start, end);
  }

  /** The same without white space at its ends; empty at its start where it has nothing else. */
  public Span strip(String text) {
    int from = start;
    int to = end;
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return new Span(from, to);
  }

  /** Whether a model has something to read in it: a letter or a digit. */
  public boolean hasWords(String text) {
    return text.substring(start, end).codePoints().anyMatch(Character::isLetterOrDigit);
  }

  /** Those of some spans, ordered and apart from each other, that have a unit within two places. */
  public static List<Span> within(List<Span> ordered, int start, int end) {
    int low = 0;
    int high = ordered.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ordered.get(middle).end() <= start) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    int next = low;
    while (next < ordered.size() && ordered.get(next).start() < end) {
      next++;
    }
    return ordered.subList(low, next);
  }

  static boolean isSpace(char unit) {
    return Character.isWhitespace(unit) || Character.isSpaceChar(unit);
  }
}
