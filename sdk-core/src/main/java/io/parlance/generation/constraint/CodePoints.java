package io.parlance.generation.constraint;

import dk.brics.automaton.Automaton;
import dk.brics.automaton.BasicAutomata;
import dk.brics.automaton.BasicOperations;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Automata over bytes, which are characters up to U+00FF there, for characters of texts. */
final class CodePoints {
  /** The last code point before each length of UTF-8. */
  private static final int[] LAST = {0x7F, 0x7FF, 0xFFFF, Character.MAX_CODE_POINT};

  private CodePoints() {}

  /** Every code point of Unicode but surrogates, which no text has. */
  static BitSet all() {
    BitSet all = new BitSet(Character.MAX_CODE_POINT + 1);
    all.set(0, Character.MAX_CODE_POINT + 1);
    all.clear(Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1);
    return all;
  }

  /** One character of a set, in UTF-8. */
  static Automaton utf8(BitSet set) {
    List<Automaton> ranges = new ArrayList<>();
    for (int from = set.nextSetBit(0); from >= 0; ) {
      int to = set.nextClearBit(from) - 1;
      int low = from;
      for (int last : LAST) {
        if (low <= to && low <= last) {
          addRange(low, Math.min(to, last), ranges);
          low = last + 1;
        }
      }
      from = set.nextSetBit(to + 1);
    }
    Automaton union = BasicOperations.union(ranges);
    union.minimize();
    return union;
  }

  /** A range whose ends have equally many bytes: parted until each byte is a range of its own. */
  private static void addRange(int from, int to, List<Automaton> ranges) {
    byte[] low = bytes(from);
    byte[] high = bytes(to);
    for (int i = 1; i < low.length; i++) {
      int below = (1 << 6 * i) - 1; // code points that share all but the last i bytes
      if ((from & ~below) != (to & ~below)) {
        if ((from & below) != 0) {
          addRange(from, from | below, ranges);
          addRange((from | below) + 1, to, ranges);
          return;
        }
        if ((to & below) != below) {
          addRange(from, (to & ~below) - 1, ranges);
          addRange(to & ~below, to, ranges);
          return;
        }
      }
    }
    List<Automaton> parts = new ArrayList<>();
    for (int i = 0; i < low.length; i++) {
      parts.add(BasicAutomata.makeCharRange((char) (low[i] & 0xFF), (char) (high[i] & 0xFF)));
    }
    ranges.add(BasicOperations.concatenate(parts));
  }

  private static byte[] bytes(int codePoint) {
    return Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
  }

  /** A text as it is. */
  static Automaton text(String text) {
    return BasicAutomata.makeString(
        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
  }
}
