package io.parlance.tokenizers;

import org.jspecify.annotations.Nullable;

/**
 * What a Java string must be before native code sees it, and how native offsets lead back to it.
 */
final class NativeText {
  private static final char REPLACEMENT = '\uFFFD';

  private NativeText() {}

  /**
   * The text with each lone surrogate replaced by U+FFFD. A lone surrogate has no UTF-8 form;
   * native code would replace it by several characters and shift every offset behind it. The result
   * has the same length in UTF-16 units.
   */
  static String wellFormed(String text) {
    int lone = nextLoneSurrogate(text, 0);
    if (lone < 0) {
      return text;
    }
    StringBuilder repaired = new StringBuilder(text);
    while (lone >= 0) {
      repaired.setCharAt(lone, REPLACEMENT);
      lone = nextLoneSurrogate(text, lone + 1);
    }
    return repaired.toString();
  }

  private static int nextLoneSurrogate(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (!Character.isSurrogate(unit)) {
        continue;
      }
      boolean paired =
          Character.isHighSurrogate(unit)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (!paired) {
        return i;
      }
      i++;
    }
    return -1;
  }

  /**
   * The UTF-16 index of every code point of the text and, last, the text's length; null where the
   * two counts are the same because the text has no surrogate pair.
   */
  static int @Nullable [] codePointStarts(String text) {
    int codePoints = text.codePointCount(0, text.length());
    if (codePoints == text.length()) {
      return null;
    }
    int[] starts = new int[codePoints + 1];
    int unit = 0;
    for (int i = 0; i < codePoints; i++) {
      starts[i] = unit;
      unit += Character.isHighSurrogate(text.charAt(unit)) ? 2 : 1;
    }
    starts[codePoints] = unit;
    return starts;
  }
}
