package io.parlance.segmentation;

import io.parlance.Protection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what must not be translated. All patterns take time proportional to the text. */
public final class ProtectedParts {
  private static final Pattern PLACEHOLDERS =
      Pattern.compile(
          "\\$\\{[^{}\\n]{0,200}+\\}"
              + "|\\{\\{[^{}\\n]{0,200}+\\}\\}"
              + "|\\{(?:[^{}\\s][^{}\\n]{0,200}+)?\\}"
              + "|(?<![\\d%])%\\(\\w{1,100}+\\)[a-zA-Z]"
              // a share such as "100% sure" is none
              + "|(?<![\\d%])%(?:\\d{1,3}\\$)?[-+#0,]*+\\d{0,5}+(?:\\.\\d{1,5}+)?(?:ll?|hh?)?"
              + "[sSdifuxXoeEgGcbBn@](?![a-zA-Z])");

  private static final Pattern URLS =
      Pattern.compile(
          "(?<![\\p{L}\\d])(?:(?:https?|ftp)://|www\\.)[^\\s<>\"\\p{Z}]{0,2000}[^\\s<>\"\\p{Z}.,;:!?)\\]}']",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern EMAIL_ADDRESSES =
      Pattern.compile(
          "(?<![\\p{L}\\d.+%_-])[\\p{L}\\d.+%_-]{1,64}+@[\\p{L}\\d-]{1,63}+(?:\\.[\\p{L}\\d-]{1,63}+)++");

  private ProtectedParts() {}

  private static Pattern pattern(Protection kind) {
    return switch (kind) {
      case PLACEHOLDERS -> PLACEHOLDERS;
      case URLS -> URLS;
      case EMAIL_ADDRESSES -> EMAIL_ADDRESSES;
    };
  }

  /** The parts of these kinds, in order; of two that overlap the one that begins first. */
  public static List<Span> find(String text, Set<Protection> kinds) {
    List<Span> found = new ArrayList<>();
    for (Protection kind : kinds) {
      Matcher matcher = pattern(kind).matcher(text);
      while (matcher.find()) {
        found.add(new Span(matcher.start(), matcher.end()));
      }
    }
    found.sort(Comparator.comparingInt(Span::start).thenComparingInt(span -> -span.end()));
    List<Span> apart = new ArrayList<>();
    for (Span span : found) {
      if (apart.isEmpty() || apart.get(apart.size() - 1).end() <= span.start()) {
        apart.add(span);
      }
    }
    return apart;
  }
}
