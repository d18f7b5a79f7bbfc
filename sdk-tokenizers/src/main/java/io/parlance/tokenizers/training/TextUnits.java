package io.parlance.tokenizers.training;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The stretches of text that Unigram pieces may lie in, with the number of times that each occurs.
 * A piece has letters of one script only, as SentencePiece demands ({@code
 * split_by_unicode_script}); so "▁said," is the two units "▁said" and ",".
 *
 * @param text the characters of all units, one unit after the other
 * @param starts where each unit starts in {@code text} and, last, the length of {@code text}
 * @param counts how often each unit occurs
 */
record TextUnits(int[] text, int[] starts, long[] counts) {
  private static final int METASPACE = '\u2581';

  int size() {
    return counts.length;
  }

  /**
   * Splits words into units.
   *
   * @param coverage share of all characters that the alphabet covers; others end a unit and are in
   *     none
   * @param longest units are cut to this many characters
   */
  static TextUnits of(SortedMap<String, Long> words, double coverage, int longest) {
    Set<Integer> alphabet = alphabet(words, coverage);
    TreeMap<String, Long> units = new TreeMap<>();
    words.forEach((word, count) -> split(word, count, alphabet, longest, units));
    int characters = 0;
    for (String unit : units.keySet()) {
      characters = Math.addExact(characters, unit.codePointCount(0, unit.length()));
    }
    int[] text = new int[characters];
    int[] starts = new int[units.size() + 1];
    long[] counts = new long[units.size()];
    int position = 0;
    int index = 0;
    for (Map.Entry<String, Long> unit : units.entrySet()) {
      starts[index] = position;
      counts[index++] = unit.getValue();
      int[] codePoints = unit.getKey().codePoints().toArray();
      System.arraycopy(codePoints, 0, text, position, codePoints.length);
      position += codePoints.length;
    }
    starts[index] = position;
    return new TextUnits(text, starts, counts);
  }

  private static Set<Integer> alphabet(SortedMap<String, Long> words, double coverage) {
    Map<Integer, Long> frequency = new TreeMap<>();
    words.forEach(
        (word, count) ->
            word.codePoints().forEach(character -> frequency.merge(character, count, Long::sum)));
    long total = frequency.values().stream().mapToLong(Long::longValue).sum();
    List<Map.Entry<Integer, Long>> commonFirst = new ArrayList<>(frequency.entrySet());
    commonFirst.sort(Map.Entry.<Integer, Long>comparingByValue().reversed());
    Set<Integer> alphabet = new HashSet<>();
    long covered = 0;
    for (Map.Entry<Integer, Long> character : commonFirst) {
      if (covered >= coverage * total) {
        break;
      }
      alphabet.add(character.getKey());
      covered += character.getValue();
    }
    alphabet.add(METASPACE);
    return alphabet;
  }

  private static void split(
      String word, long count, Set<Integer> alphabet, int longest, TreeMap<String, Long> units) {
    int[] characters = word.codePoints().toArray();
    int start = 0;
    UnicodeScript current = null;
    for (int i = 0; i < characters.length; i++) {
      if (!alphabet.contains(characters[i])) {
        add(characters, start, i, count, units);
        start = i + 1;
        current = null;
        continue;
      }
      if (characters[i] == METASPACE) {
        add(characters, start, i, count, units);
        start = i;
        current = null;
        continue;
      }
      UnicodeScript script = script(characters[i], current);
      if ((current != null && script != current) || i - start >= longest) {
        add(characters, start, i, count, units);
        start = i;
      }
      current = script;
    }
    add(characters, start, characters.length, count, units);
  }

  /**
   * Kana counts as Han, since Japanese words mix them; marks take the script of the letter before.
   */
  private static UnicodeScript script(int character, @Nullable UnicodeScript previous) {
    UnicodeScript script = UnicodeScript.of(character);
    if (script == UnicodeScript.HIRAGANA
        || script == UnicodeScript.KATAKANA
        || character == 0x30FC) {
      return UnicodeScript.HAN;
    }
    return script == UnicodeScript.INHERITED && previous != null ? previous : script;
  }

  private static void add(
      int[] characters, int start, int end, long count, TreeMap<String, Long> units) {
    if (end > start) {
      units.merge(new String(characters, start, end - start), count, Long::sum);
    }
  }
}
