package io.parlance.generation.constraint;

import dk.brics.automaton.Automaton;
import dk.brics.automaton.BasicAutomata;
import dk.brics.automaton.BasicOperations;
import io.parlance.InvalidInputException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How strings are written in JSON, each character in one way. */
final class JsonStrings {
  /** Code points that a length can ask for or allow. */
  static final int MOST_LENGTH = 10_000;

  private static final Map<Integer, String> ESCAPES =
      Map.of(
          (int) '"',
          "\\\"",
          (int) '\\',
          "\\\\",
          (int) '\b',
          "\\b",
          (int) '\f',
          "\\f",
          (int) '\n',
          "\\n",
          (int) '\r',
          "\\r",
          (int) '\t',
          "\\t");

  /**
   * Expressions for formats whose every match is valid. Years are 4 digits; the 29th of February,
   * which not every year has, and leap seconds are left out; validators know the names under which
   * domains are, so that these are a few common ones.
   */
  private static final Map<String, String> FORMATS = formats();

  private JsonStrings() {}

  private static Map<String, String> formats() {
    String date =
        "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
            + "|02-(0[1-9]|1[0-9]|2[0-8]))";
    String time =
        "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?"
            + "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
    String number = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    String label = "[a-z0-9]{1,20}(-[a-z0-9]{1,20})?";
    String top =
        "com|org|net|edu|gov|info|io|eu|us|uk|de|fr|it|es|nl|ch|at|pl|se|ca|br|au|in|jp|cn";
    String domain = "(" + label + "\\.){1,3}(" + top + ")";
    return Map.of(
        "date",
        date,
        "time",
        time,
        "date-time",
        date + "T" + time,
        "uuid",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "ipv4",
        number + "(\\." + number + "){3}",
        "email",
        "[a-z0-9]{1,20}([._+-][a-z0-9]{1,20}){0,2}@" + domain,
        "hostname",
        domain,
        "uri",
        "https?://" + domain + "(/[A-Za-z0-9_~-]+)*/?");
  }

  /** One character of a set as it stands in a string. */
  static Automaton character(BitSet set) {
    BitSet plain = (BitSet) set.clone();
    plain.clear(0, ' ');
    plain.clear('"');
    plain.clear('\\');
    List<Automaton> all = new ArrayList<>(List.of(CodePoints.utf8(plain)));
    for (int point = set.nextSetBit(0);
        point >= 0 && point <= '\\';
        point = set.nextSetBit(point + 1)) {
      if (!plain.get(point)) {
        String escape = ESCAPES.get(point);
        all.add(
            BasicAutomata.makeString(
                escape != null ? escape : String.format(Locale.ROOT, "\\u%04x", point)));
      }
    }
    Automaton union = BasicOperations.union(all);
    union.minimize();
    return union;
  }

  /** What strings have that nothing says more about: no control characters but white space. */
  static Automaton usual() {
    BitSet set = CodePoints.all();
    set.clear(0, '\t');
    set.clear('\u000B', '\r');
    set.clear('\u000E', ' ');
    set.clear('\u007F', '\u00A0');
    return character(set);
  }

  /**
   * Strings that match a pattern or a format or both, with their quotes.
   *
   * @param least code points at least
   * @param most code points at most, or -1
   * @param path of the schema, for messages
   */
  static Automaton strings(
      int least, int most, @Nullable String pattern, @Nullable String format, String path) {
    List<Automaton> parts = new ArrayList<>();
    if (pattern != null) {
      parts.add(RegexCompiler.compile(pattern, 0, true, JsonStrings::character));
    }
    if (format != null) {
      String known = FORMATS.get(format);
      if (known == null) {
        throw new InvalidInputException(
            path
                + ": format '"
                + format
                + "' cannot be enforced; known are "
                + FORMATS.keySet().stream().sorted().toList());
      }
      parts.add(RegexCompiler.compile(known, 0, false, JsonStrings::character));
    }
    if (least > 0 || most >= 0) {
      Automaton one = character(CodePoints.all());
      parts.add(most < 0 ? one.repeat(least) : one.repeat(least, most));
    }
    Automaton content = parts.get(0);
    for (Automaton part : parts.subList(1, parts.size())) {
      content = content.intersection(part);
    }
    Automaton quote = BasicAutomata.makeChar('"');
    Automaton strings = BasicOperations.concatenate(List.of(quote, content, quote));
    strings.removeDeadTransitions();
    return strings;
  }
}
