package io.parlance.models.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Cuts texts as the evaluation of machine translation does. */
final class Words {

  // ASCII punctuation but apostrophe, comma, hyphen and full stop
  private static final Pattern PUNCTUATION = Pattern.compile("([\\x20-\\x7E&&[^A-Za-z0-9',.-]])");
  private static final Pattern STOP_AFTER_OTHER = Pattern.compile("([^0-9])([.,])");
  private static final Pattern STOP_BEFORE_OTHER = Pattern.compile("([.,])([^0-9])");
  private static final Pattern HYPHEN_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

  private Words() {}

  /**
   * The words of a text by the rules of NIST's mteval-v13a, which sacrebleu calls {@code 13a}:
   * punctuation stands alone, but for full stops, commas and hyphens inside of numbers or words.
   */
  static List<String> of(String text) {
    String line = trimmedAtEnd(text).replace("<skipped>", "").replace("-\n", "").replace("\n", " ");
    line =
        line.replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    line = PUNCTUATION.matcher(" " + line + " ").replaceAll(" $1 ");
    line = STOP_AFTER_OTHER.matcher(line).replaceAll("$1 $2 ");
    line = STOP_BEFORE_OTHER.matcher(line).replaceAll(" $1 $2");
    line = HYPHEN_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
    return split(line);
  }

  private static String trimmedAtEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  private static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= line.length(); i++) {
      if (i == line.length() || isSpace(line.charAt(i))) {
        if (i > start) {
          words.add(line.substring(start, i));
        }
        start = i + 1;
      }
    }
    return words;
  }

  /** The code points of a text without white space. */
  static int[] characters(String text) {
    return text.codePoints().filter(c -> !isSpace(c)).toArray();
  }

  /** What Python's {@code str.isspace} calls white space, no-break spaces among them. */
  private static boolean isSpace(int codePoint) {
    return Character.isWhitespace(codePoint)
        || Character.isSpaceChar(codePoint)
        || codePoint == 0x85;
  }
}
