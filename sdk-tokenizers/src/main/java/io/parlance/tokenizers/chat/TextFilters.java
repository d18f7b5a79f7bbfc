package io.parlance.tokenizers.chat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Filters that make texts and numbers. */
final class TextFilters {
  private TextFilters() {}

  static void addTo(Map<String, Filter> filters) {
    filters.put("tojson", (value, arguments, e) -> JsonText.of(value, arguments, e.budget()));
    filters.put("string", (value, arguments, e) -> e.text(value));
    filters.put("safe", filters.get("string"));
    filters.put("upper", (value, arguments, e) -> e.text(value).toUpperCase(Locale.ROOT));
    filters.put("lower", (value, arguments, e) -> e.text(value).toLowerCase(Locale.ROOT));
    filters.put("capitalize", (value, arguments, e) -> PythonStrings.capitalize(e.text(value)));
    filters.put("title", (value, arguments, e) -> title(e.text(value)));
    filters.put("trim", TextFilters::trim);
    filters.put("replace", TextFilters::replace);
    filters.put("indent", TextFilters::indent);
    filters.put("truncate", TextFilters::truncate);
    filters.put("center", TextFilters::center);
    filters.put("wordcount", (value, arguments, e) -> Numbers.of(words(e.text(value))));
    filters.put("striptags", TextFilters::stripTags);
    filters.put("format", TextFilters::format);
    filters.put("escape", (value, arguments, e) -> escape(e.text(value), e.budget()));
    filters.put("e", filters.get("escape"));
    filters.put("forceescape", filters.get("escape"));
    filters.put("int", TextFilters::integer);
    filters.put("float", TextFilters::decimal);
    filters.put("round", TextFilters::round);
    filters.put("abs", TextFilters::absolute);
  }

  /** A letter after a space, a hyphen or an opening bracket is upper case. */
  private static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean begins = true;
    for (int point : text.codePoints().toArray()) {
      title.append(
          begins
              ? Character.toString(point).toUpperCase(Locale.ROOT)
              : Character.toString(point).toLowerCase(Locale.ROOT));
      begins = PythonStrings.isSpace(point) || "-({[<".indexOf(point) >= 0;
    }
    return title.toString();
  }

  private static Object trim(Object value, Arguments arguments, Evaluator e) {
    Object characters = arguments.bind("trim", "chars").present("chars");
    String text = e.text(value);
    return e.budget()
        .made(
            PythonStrings.strip(
                text, characters == null ? null : PythonTypes.text(characters), true, true));
  }

  private static Object replace(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("replace", "old", "new", "count");
    Object count = bound.present("count");
    return PythonStrings.replace(
        e.text(value),
        e.text(bound.required("old")),
        e.text(bound.required("new")),
        count == null ? -1 : PythonTypes.index(count),
        e.budget());
  }

  private static Object indent(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("indent", "width", "first", "blank");
    Object width = bound.get("width", Numbers.of(4));
    boolean blank = bound.flag("blank", false);
    String indentation;
    if (width instanceof String text) {
      indentation = text;
    } else {
      int spaces = Math.max(0, PythonTypes.index(width));
      e.budget().allocate(spaces);
      indentation = " ".repeat(spaces);
    }
    List<Object> lines = PythonStrings.lines(e.text(value) + "\n", false);
    StringBuilder indented = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      boolean shifted = i == 0 ? bound.flag("first", false) : blank || !line.isEmpty();
      e.budget().allocate((long) line.length() + indentation.length() + 1);
      indented.append(i == 0 ? "" : "\n").append(shifted ? indentation : "").append(line);
    }
    return indented.toString();
  }

  private static Object truncate(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("truncate", "length", "killwords", "end", "leeway");
    String text = e.text(value);
    String end = PythonTypes.text(bound.get("end", "..."));
    int length = bound.integer("length", 255);
    int kept = length - PythonTypes.length(end);
    if (kept < 0) {
      throw new TemplateFailure("truncate needs a length of at least that of its end");
    }
    if (PythonTypes.length(text) <= (long) length + bound.integer("leeway", 5)) {
      return text;
    }
    String cut = text.substring(0, text.offsetByCodePoints(0, kept));
    int space = bound.flag("killwords", false) ? -1 : cut.lastIndexOf(' ');
    return e.budget().made((space < 0 ? cut : cut.substring(0, space)) + end);
  }

  private static Object center(Object value, Arguments arguments, Evaluator e) {
    Object width = arguments.bind("center", "width").get("width", Numbers.of(80));
    Object method = e.attributes().attribute(e.text(value), "center");
    return e.call(method, new Arguments(List.of(width), Map.of()));
  }

  private static long words(String text) {
    long words = 0;
    boolean inside = false;
    for (int point : text.codePoints().toArray()) {
      boolean word = Character.isLetterOrDigit(point) || point == '_';
      words += word && !inside ? 1 : 0;
      inside = word;
    }
    return words;
  }

  private static Object stripTags(Object value, Arguments arguments, Evaluator e) {
    String text = e.text(value);
    StringBuilder plain = new StringBuilder();
    int start = 0;
    for (int open = text.indexOf('<'); open >= 0; open = text.indexOf('<', start)) {
      boolean comment = text.startsWith("<!--", open);
      int close = text.indexOf(comment ? "-->" : ">", open);
      if (close < 0) {
        break;
      }
      plain.append(text, start, open);
      start = close + (comment ? 3 : 1);
    }
    plain.append(text.substring(start));
    List<Object> words = PythonStrings.split(plain.toString(), null, -1);
    StringBuilder joined = new StringBuilder();
    words.forEach(word -> joined.append(joined.isEmpty() ? "" : " ").append(word));
    return e.budget().made(joined.toString());
  }

  private static Object format(Object value, Arguments arguments, Evaluator e) {
    Object values =
        arguments.named().isEmpty() ? new Tuple(arguments.positional()) : arguments.named();
    return new PercentFormat(e.budget()).format(e.text(value), values);
  }

  private static String escape(String text, Budget budget) {
    String escaped = text;
    String[][] entities = {
      {"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"'", "&#39;"}, {"\"", "&#34;"}
    };
    for (String[] entity : entities) {
      escaped = PythonStrings.replace(escaped, entity[0], entity[1], -1, budget);
    }
    return escaped;
  }

  private static Object integer(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("int", "default", "base");
    if (Numbers.isWhole(value)) {
      return Numbers.whole(value);
    }
    try {
      if (value instanceof String text && text.length() <= Numbers.MAXIMUM_DIGITS) {
        String digits = PythonStrings.strip(text, null, true, true).replace("_", "");
        return wholeOrCut(digits, bound.integer("base", 10));
      }
      if (value instanceof Double number) {
        return new BigDecimal(number).toBigInteger();
      }
    } catch (NumberFormatException failed) {
      // not a number: the default
    }
    return bound.get("default", BigInteger.ZERO);
  }

  private static BigInteger wholeOrCut(String digits, int base) {
    String prefix =
        switch (base) {
          case 16 -> "0x";
          case 8 -> "0o";
          case 2 -> "0b";
          default -> "";
        };
    boolean prefixed = digits.toLowerCase(Locale.ROOT).startsWith(prefix);
    try {
      return new BigInteger(prefixed ? digits.substring(prefix.length()) : digits, base);
    } catch (NumberFormatException e) {
      return new BigDecimal(parse(digits)).toBigInteger(); // "12.7" is 12
    }
  }

  private static Object decimal(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("float", "default");
    if (Numbers.isNumber(value)) {
      return Numbers.decimal(value);
    }
    try {
      if (value instanceof String text) {
        return parse(PythonStrings.strip(text, null, true, true));
      }
    } catch (NumberFormatException failed) {
      // not a number: the default
    }
    return bound.get("default", 0.0);
  }

  /** Java's parser takes also "1f" and "0x1p3", which Python does not. */
  private static double parse(String text) {
    if (text.isEmpty() || text.chars().anyMatch(c -> "0123456789+-.eE".indexOf(c) < 0)) {
      throw new NumberFormatException(text);
    }
    return Double.parseDouble(text);
  }

  private static Object round(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("round", "precision", "method");
    String method = PythonTypes.text(bound.get("method", "common"));
    RoundingMode mode =
        switch (method) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw new TemplateFailure("round knows common, ceil and floor, not " + method);
        };
    double number = Numbers.decimal(value);
    int precision = bound.integer("precision", 0);
    if (!Double.isFinite(number) || precision > 400) {
      return number;
    }
    double rounded = new BigDecimal(number).setScale(Math.max(precision, -400), mode).doubleValue();
    return Numbers.isWhole(value) && method.equals("common")
        ? new BigDecimal(rounded).toBigInteger()
        : (Object) rounded;
  }

  private static Object absolute(Object value, Arguments arguments, Evaluator e) {
    return value instanceof Double number ? (Object) Math.abs(number) : Numbers.whole(value).abs();
  }
}
