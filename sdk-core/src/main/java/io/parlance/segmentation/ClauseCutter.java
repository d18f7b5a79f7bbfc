package io.parlance.segmentation;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import java.util.List;

/**
 * Finds where to cut what is too long: after the punctuation of a clause, else between words, else
 * between characters as people see them.
 */
public final class ClauseCutter {
  private static final String CLAUSE_ENDS = ",;:\u2013\u2014\u060c\u061b\u3001\uff0c\uff1b\uff1a)]";

  private static final int LOOK_AHEAD = 64;

  private ClauseCutter() {}

  /**
   * The best end of a part that begins at {@code from}.
   *
   * @param most the part ends here at last; after {@code from}
   * @param whole parts that are not cut, in order; one that is longer than all there is room for is
   *     cut nevertheless
   * @return after {@code from}, at most {@code most}
   */
  public static int cut(String text, int from, int most, List<Span> whole) {
    if (most >= text.length()) {
      return text.length();
    }
    List<Span> near = Span.within(whole, from, most);
    String window = window(text, from, most);
    BreakIterator lines = BreakIterator.getLineInstance(ULocale.ROOT);
    lines.setText(window);
    int middle = from + (most - from) / 2;
    int between = -1;
    int at = lines.preceding(Math.min(window.length(), most - from + 1));
    for (; at > 0 && at != BreakIterator.DONE; at = lines.previous()) {
      int place = from + at;
      if (isInside(place, near)) {
        continue;
      }
      if (between < 0) {
        between = place;
      }
      if (place < middle) {
        break; // a longer part is worth more than its good end
      }
      if (CLAUSE_ENDS.indexOf(lastCharacter(text, from, place)) >= 0) {
        return place;
      }
    }
    return between > from ? between : character(text, from, most);
  }

  /** With some of what follows: whether a place is good to cut depends on it. */
  private static String window(String text, int from, int most) {
    return text.substring(from, Math.min(text.length(), most + LOOK_AHEAD));
  }

  private static char lastCharacter(String text, int from, int end) {
    int last = end - 1;
    while (last > from && Span.isSpace(text.charAt(last))) {
      last--;
    }
    return text.charAt(last);
  }

  private static boolean isInside(int place, List<Span> whole) {
    return whole.stream().anyMatch(span -> span.start() < place && place < span.end());
  }

  private static int character(String text, int from, int most) {
    BreakIterator characters = BreakIterator.getCharacterInstance(ULocale.ROOT);
    String window = window(text, from, most);
    characters.setText(window);
    int at = characters.preceding(Math.min(window.length(), most - from + 1));
    if (at > 0) {
      return from + at;
    }
    boolean splitsPair =
        most - from > 1
            && Character.isHighSurrogate(text.charAt(most - 1))
            && Character.isLowSurrogate(text.charAt(most));
    return splitsPair ? most - 1 : most;
  }
}
