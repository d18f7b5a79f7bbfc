package io.parlance.samples.batch;

/** Text as databases and tokenizers take it. */
final class CleanText {
  private static final char REPLACEMENT = '\uFFFD';

  private CleanText() {}

  /** The text with U+FFFD for NUL and for halves of surrogate pairs; as long as it was. */
  static String of(String text) {
    StringBuilder clean = null;
    for (int i = 0; i < text.length(); i++) {
      if (isAllowed(text, i)) {
        continue;
      }
      if (clean == null) {
        clean = new StringBuilder(text);
      }
      clean.setCharAt(i, REPLACEMENT);
    }
    return clean == null ? text : clean.toString();
  }

  private static boolean isAllowed(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
    }
    if (Character.isLowSurrogate(c)) {
      return i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
    return c != 0;
  }

  /** The text, cut where it is longer, so that it fits a column. */
  static String shortened(String text, int most) {
    return text.length() <= most ? of(text) : of(text.substring(0, most - 1)) + "…";
  }
}
