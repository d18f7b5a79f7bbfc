package io.parlance.tokenizers.chat;

import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of a text. */
final class StringMethods {
  private final Budget budget;

  StringMethods(Budget budget) {
    this.budget = budget;
  }

  /** The method with this name, bound to a text; null where texts have none. */
  @Nullable Callable find(String text, String name) {
    return switch (name) {
      case "lower", "upper", "title", "capitalize", "swapcase", "casefold" ->
          arguments -> {
            arguments.bind(name);
            return budget.made(changeCase(text, name));
          };
      case "strip", "lstrip", "rstrip" ->
          arguments -> {
            Object characters = arguments.bind(name, "chars").present("chars");
            return budget.made(
                PythonStrings.strip(
                    text,
                    characters == null ? null : PythonTypes.text(characters),
                    !name.equals("rstrip"),
                    !name.equals("lstrip")));
          };
      case "split", "rsplit" -> arguments -> split(text, arguments.bind(name, "sep", "maxsplit"));
      case "splitlines" ->
          arguments -> {
            budget.allocate(text.length());
            return PythonStrings.lines(
                text, arguments.bind(name, "keepends").flag("keepends", false));
          };
      case "startswith", "endswith" ->
          arguments -> edge(text, arguments.bind(name, "affix", "start", "end"));
      case "removeprefix", "removesuffix" ->
          arguments -> remove(text, arguments.bind(name, "affix"));
      case "replace" ->
          arguments -> {
            Bound bound = arguments.bind(name, "old", "new", "count");
            return PythonStrings.replace(
                text, bound.text("old"), bound.text("new"), bound.integer("count", -1), budget);
          };
      case "find", "rfind", "index", "rindex", "count" ->
          arguments -> search(text, arguments.bind(name, "sub", "start", "end"));
      case "join" ->
          arguments ->
              join(
                  text,
                  PythonTypes.elements(arguments.bind(name, "items").required("items"), budget));
      case "isdigit", "isalpha", "isalnum", "isspace", "isnumeric", "isdecimal" ->
          arguments -> !text.isEmpty() && text.codePoints().allMatch(characterClass(name));
      case "isupper", "islower" -> arguments -> isCase(text, name.equals("isupper"));
      case "zfill", "ljust", "rjust", "center" ->
          arguments -> pad(text, arguments.bind(name, "width", "fillchar"));
      case "partition", "rpartition" -> arguments -> partition(text, arguments.bind(name, "sep"));
      case "format" -> arguments -> new BraceFormat(budget).format(text, arguments);
      default -> null;
    };
  }

  private static String changeCase(String text, String name) {
    return switch (name) {
      case "lower", "casefold" -> text.toLowerCase(Locale.ROOT);
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "title" -> PythonStrings.title(text);
      case "capitalize" -> PythonStrings.capitalize(text);
      default -> {
        StringBuilder swapped = new StringBuilder();
        text.codePoints()
            .map(
                point ->
                    Character.isUpperCase(point)
                        ? Character.toLowerCase(point)
                        : Character.toUpperCase(point))
            .forEach(swapped::appendCodePoint);
        yield swapped.toString();
      }
    };
  }

  private Object split(String text, Bound bound) {
    Object separator = bound.present("sep");
    String at = separator == null ? null : PythonTypes.text(separator);
    int limit = bound.integer("maxsplit", -1);
    budget.allocate(text.length());
    return bound.function().equals("split")
        ? PythonStrings.split(text, at, limit)
        : PythonStrings.splitFromRight(text, at, limit);
  }

  private Object edge(String text, Bound bound) {
    Object affix = bound.required("affix");
    List<?> affixes = affix instanceof Tuple tuple ? tuple : List.of(affix);
    int[] range = range(text, bound);
    if (range[0] > range[1]) {
      return false;
    }
    String part = text.substring(range[0], range[1]);
    boolean start = bound.function().equals("startswith");
    for (Object item : affixes) {
      String candidate = PythonTypes.text(item);
      if (start ? part.startsWith(candidate) : part.endsWith(candidate)) {
        return true;
      }
    }
    return false;
  }

  private Object remove(String text, Bound bound) {
    String affix = bound.text("affix");
    if (bound.function().equals("removeprefix")) {
      return text.startsWith(affix) ? budget.made(text.substring(affix.length())) : text;
    }
    return text.endsWith(affix)
        ? budget.made(text.substring(0, text.length() - affix.length()))
        : text;
  }

  /** Where a search begins and ends, in UTF-16 units; the arguments count code points. */
  private int[] range(String text, Bound bound) {
    budget.step(text.length() / 64 + 1);
    if (bound.present("start") == null && bound.present("end") == null) {
      return new int[] {0, text.length()};
    }
    int length = PythonTypes.length(text);
    int[] ends = new int[2];
    for (int i = 0; i < 2; i++) {
      Object given = bound.present(i == 0 ? "start" : "end");
      long index = given == null ? (i == 0 ? 0 : length) : PythonTypes.index(given);
      if (i == 0 && index > length) {
        return new int[] {1, 0}; // not even an empty text is found behind the end
      }
      long position = Math.max(0, Math.min(length, index < 0 ? index + length : index));
      ends[i] = text.offsetByCodePoints(0, (int) position);
    }
    return ends;
  }

  private Object search(String text, Bound bound) {
    String part = bound.text("sub");
    int[] range = range(text, bound);
    boolean counting = bound.function().equals("count");
    if (range[0] > range[1]) {
      return missing(bound, counting);
    }
    String within = text.substring(range[0], range[1]);
    if (counting) {
      return Numbers.of(count(within, part));
    }
    int at = bound.function().startsWith("r") ? within.lastIndexOf(part) : within.indexOf(part);
    return at < 0 ? missing(bound, false) : Numbers.of(text.codePointCount(0, range[0] + at));
  }

  private static Object missing(Bound bound, boolean counting) {
    if (counting) {
      return Numbers.of(0);
    }
    if (bound.function().endsWith("index")) {
      throw new TemplateFailure("substring not found");
    }
    return Numbers.of(-1);
  }

  private static long count(String text, String part) {
    if (part.isEmpty()) {
      return PythonTypes.length(text) + 1L;
    }
    long count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  private String join(String separator, List<Object> items) {
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof String item)) {
        throw new TemplateFailure(
            "sequence item "
                + i
                + ": expected str instance, "
                + PythonTypes.name(items.get(i))
                + " found");
      }
      budget.allocate((long) item.length() + separator.length());
      joined.append(i == 0 ? "" : separator).append(item);
    }
    return joined.toString();
  }

  private static IntPredicate characterClass(String name) {
    return switch (name) {
      case "isdigit", "isdecimal" -> Character::isDigit;
      case "isalpha" -> Character::isLetter;
      case "isspace" -> PythonStrings::isSpace;
      case "isnumeric" -> StringMethods::isNumeric;
      default -> point -> Character.isLetter(point) || isNumeric(point);
    };
  }

  private static boolean isNumeric(int point) {
    return switch (Character.getType(point)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> false;
    };
  }

  /** Whether a text has letters with case, all of this one. */
  static boolean isCase(String text, boolean upper) {
    return text.codePoints()
            .anyMatch(point -> upper ? Character.isUpperCase(point) : Character.isLowerCase(point))
        && text.codePoints()
            .noneMatch(
                point -> upper ? Character.isLowerCase(point) : Character.isUpperCase(point));
  }

  private Object pad(String text, Bound bound) {
    int width = PythonTypes.index(bound.required("width"));
    String fill = bound.function().equals("zfill") ? "0" : (String) bound.get("fillchar", " ");
    int missing = width - PythonTypes.length(text);
    if (missing <= 0) {
      return text;
    }
    if (PythonTypes.length(fill) != 1) {
      throw new TemplateFailure("the fill character must be exactly one character long");
    }
    budget.allocate((long) missing * fill.length() + text.length());
    return switch (bound.function()) {
      case "ljust" -> text + fill.repeat(missing);
      case "rjust" -> fill.repeat(missing) + text;
      case "center" -> center(text, fill, missing, width);
      default -> {
        boolean signed = text.startsWith("-") || text.startsWith("+");
        yield (signed ? text.substring(0, 1) : "")
            + fill.repeat(missing)
            + text.substring(signed ? 1 : 0);
      }
    };
  }

  /** An odd space goes to the left where the width is odd, as in CPython. */
  private static String center(String text, String fill, int missing, int width) {
    int left = missing / 2 + (missing & width & 1);
    return fill.repeat(left) + text + fill.repeat(missing - left);
  }

  private Object partition(String text, Bound bound) {
    String separator = bound.text("sep");
    if (separator.isEmpty()) {
      throw new TemplateFailure("empty separator");
    }
    budget.allocate(text.length());
    boolean last = bound.function().equals("rpartition");
    int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) {
      return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
    }
    return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
  }
}
