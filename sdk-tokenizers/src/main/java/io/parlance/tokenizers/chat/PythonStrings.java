package io.parlance.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Python's rules for texts where they differ from Java's. */
final class PythonStrings {
  private PythonStrings() {}

  /** What {@code str.isspace} takes for a space; Java has no one method for it. */
  static boolean isSpace(int point) {
    return Character.isWhitespace(point) || Character.isSpaceChar(point) || point == 0x85;
  }

  static String strip(String text, @Nullable String characters, boolean left, boolean right) {
    IntPredicate stripped =
        characters == null ? PythonStrings::isSpace : point -> characters.indexOf(point) >= 0;
    int start = 0;
    int end = text.length();
    while (left && start < end && stripped.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && stripped.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  static String stripRight(String text) {
    return strip(text, null, false, true);
  }

  /** {@code str.title}: a letter after anything but a letter is upper case, others lower case. */
  static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean afterLetter = false;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int point = text.codePointAt(i);
      boolean cased =
          Character.isUpperCase(point)
              || Character.isLowerCase(point)
              || Character.isTitleCase(point);
      title.appendCodePoint(
          afterLetter ? Character.toLowerCase(point) : Character.toTitleCase(point));
      afterLetter = cased;
    }
    return title.toString();
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return Character.toString(Character.toTitleCase(text.codePointAt(0)))
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  /** {@code str.split}: at spaces where no separator is given; a negative limit is none. */
  static List<Object> split(String text, @Nullable String separator, int limit) {
    if (separator == null) {
      return splitAtSpaces(text, limit);
    }
    requireSeparator(separator);
    List<Object> parts = new ArrayList<>();
    int start = 0;
    for (int at = text.indexOf(separator);
        at >= 0 && (limit < 0 || parts.size() < limit);
        at = text.indexOf(separator, start)) {
      parts.add(text.substring(start, at));
      start = at + separator.length();
    }
    parts.add(text.substring(start));
    return parts;
  }

  private static List<Object> splitAtSpaces(String text, int limit) {
    List<Object> parts = new ArrayList<>();
    String rest = strip(text, null, true, false);
    int start = 0;
    int at = 0;
    while (at < rest.length()) {
      if (limit >= 0 && parts.size() == limit) {
        break;
      }
      if (!isSpace(rest.charAt(at))) {
        at++;
        continue;
      }
      parts.add(rest.substring(start, at));
      while (at < rest.length() && isSpace(rest.charAt(at))) {
        at++;
      }
      start = at;
    }
    if (start < rest.length()) {
      boolean cut = limit >= 0 && parts.size() == limit;
      parts.add(cut ? rest.substring(start) : stripRight(rest.substring(start)));
    }
    return parts;
  }

  /** {@code str.rsplit}, which counts its limit from the end. */
  static List<Object> splitFromRight(String text, @Nullable String separator, int limit) {
    if (limit < 0) {
      return split(text, separator, limit);
    }
    List<Object> parts = new ArrayList<>();
    String rest = separator == null ? stripRight(text) : text;
    while (parts.size() < limit) {
      int start =
          separator == null ? lastSpace(rest) : rest.lastIndexOf(requireSeparator(separator));
      if (start < 0) {
        break;
      }
      int end = start + (separator == null ? 1 : separator.length());
      parts.add(0, rest.substring(end));
      rest = separator == null ? stripRight(rest.substring(0, start)) : rest.substring(0, start);
    }
    if (separator != null || !rest.isEmpty()) {
      parts.add(0, separator == null ? strip(rest, null, parts.size() < limit, true) : rest);
    }
    return parts;
  }

  private static int lastSpace(String text) {
    int at = text.length() - 1;
    while (at >= 0 && !isSpace(text.charAt(at))) {
      at--;
    }
    // spaces only before it: the whole rest is one word
    return at >= 0 && strip(text.substring(0, at), null, true, true).isEmpty() ? -1 : at;
  }

  private static String requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw new TemplateFailure("empty separator");
    }
    return separator;
  }

  static List<Object> lines(String text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int start = 0;
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      boolean ends =
          (c >= '\n' && c <= '\r')
              || (c >= 0x1c && c <= 0x1e)
              || c == 0x85
              || c == 0x2028
              || c == 0x2029;
      if (ends) {
        int next = text.startsWith("\r\n", at) ? at + 2 : at + 1;
        lines.add(text.substring(start, keepEnds ? next : at));
        start = next;
        at = next - 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  /** {@code str.replace}; a negative count replaces all. */
  static String replace(String text, String from, String to, int count, Budget budget) {
    StringBuilder replaced = new StringBuilder();
    int start = 0;
    int left = count < 0 ? Integer.MAX_VALUE : count;
    int at = text.indexOf(from);
    while (at >= 0 && left-- > 0) {
      budget.step();
      budget.allocate((long) at - start + to.length() + 1);
      replaced.append(text, start, at).append(to);
      start = at + from.length();
      if (from.isEmpty()) {
        if (at >= text.length()) {
          return replaced.toString();
        }
        start = text.offsetByCodePoints(at, 1);
        replaced.append(text, at, start);
        at = start;
      } else {
        at = text.indexOf(from, start);
      }
    }
    budget.allocate(text.length() - start);
    return replaced.append(text, start, text.length()).toString();
  }

  /** A character by its number, as string literals and JSON write it. */
  static String escape(int point) {
    return String.format(
        Locale.ROOT, point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x", point);
  }

  /** The value of a string literal. */
  static String unescape(String literal) {
    StringBuilder value = new StringBuilder(literal.length());
    for (int at = 0; at < literal.length(); at++) {
      char c = literal.charAt(at);
      if (c != '\\' || at + 1 == literal.length()) {
        value.append(c);
        continue;
      }
      char kind = literal.charAt(++at);
      int simple = "\\'\"abfnrtv".indexOf(kind);
      if (simple >= 0) {
        value.append("\\'\"\u0007\b\f\n\r\t\u000b".charAt(simple));
      } else if (kind >= '0' && kind <= '7') {
        int end = at + 1;
        while (end < Math.min(at + 3, literal.length())
            && Character.digit(literal.charAt(end), 8) >= 0) {
          end++;
        }
        value.append((char) Integer.parseInt(literal.substring(at, end), 8));
        at = end - 1;
      } else if ("xuU".indexOf(kind) >= 0) {
        int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
        if (at + digits >= literal.length()) {
          throw new IllegalArgumentException("truncated escape");
        }
        value.appendCodePoint(Integer.parseInt(literal.substring(at + 1, at + 1 + digits), 16));
        at += digits;
      } else if (kind != '\n') {
        value.append('\\').append(kind);
      }
    }
    return value.toString();
  }
}
