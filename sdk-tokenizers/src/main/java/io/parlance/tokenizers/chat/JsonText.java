package io.parlance.tokenizers.chat;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The filter {@code tojson} of chat templates: Python's {@code json.dumps} with non-ASCII
 * characters as they are and without HTML escapes, unlike Jinja's own.
 */
final class JsonText {
  private final Budget budget;
  private final boolean ascii;
  private final boolean sorted;
  private final @Nullable String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final StringBuilder out = new StringBuilder();

  private JsonText(Budget budget, Bound options) {
    this.budget = budget;
    this.ascii = options.flag("ensure_ascii", false);
    this.sorted = options.flag("sort_keys", false);
    Object indentation = options.present("indent");
    this.indent = indentation == null ? null : indentation(indentation, budget);
    Object separators = options.present("separators");
    if (separators == null) {
      this.itemSeparator = indent == null ? ", " : ",";
      this.keySeparator = ": ";
    } else {
      List<Object> pair = PythonTypes.elements(separators, budget);
      if (pair.size() != 2) {
        throw new TemplateFailure("tojson takes two separators, got " + pair.size());
      }
      this.itemSeparator = PythonTypes.text(pair.get(0));
      this.keySeparator = PythonTypes.text(pair.get(1));
    }
  }

  private static String indentation(Object value, Budget budget) {
    if (value instanceof String text) {
      return text;
    }
    int width = Math.max(0, PythonTypes.index(value));
    budget.allocate(width);
    return " ".repeat(width);
  }

  static String of(Object value, Arguments arguments, Budget budget) {
    JsonText json =
        new JsonText(
            budget, arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys"));
    json.write(value, 0);
    return json.out.toString();
  }

  private void write(Object value, int level) {
    budget.enter();
    if (value instanceof String text) {
      string(text);
    } else if (value instanceof List<?> list) {
      array(list, level);
    } else if (value instanceof Map<?, ?> map) {
      object(map, level);
    } else {
      append(scalar(value));
    }
    budget.leave();
  }

  private static String scalar(Object value) {
    if (value instanceof Boolean || value instanceof BigInteger) {
      return value.toString();
    }
    if (value instanceof Double number) {
      return Double.isNaN(number)
          ? "NaN"
          : Double.isInfinite(number)
              ? (number > 0 ? "Infinity" : "-Infinity")
              : Numbers.text(number);
    }
    if (value == None.NONE) {
      return "null";
    }
    throw new TemplateFailure(
        "Object of type " + PythonTypes.name(value) + " is not JSON serializable");
  }

  private void array(List<?> list, int level) {
    if (list.isEmpty()) {
      append("[]");
      return;
    }
    append("[");
    for (Iterator<?> items = list.iterator(); items.hasNext(); ) {
      newline(level + 1);
      write(items.next(), level + 1);
      append(items.hasNext() ? itemSeparator : "");
    }
    newline(level);
    append("]");
  }

  private void object(Map<?, ?> map, int level) {
    if (map.isEmpty()) {
      append("{}");
      return;
    }
    append("{");
    Map<?, ?> entries = sorted ? sort(map) : map;
    for (Iterator<? extends Map.Entry<?, ?>> items = entries.entrySet().iterator();
        items.hasNext(); ) {
      Map.Entry<?, ?> entry = items.next();
      newline(level + 1);
      string(entry.getKey() instanceof String name ? name : scalar(entry.getKey()));
      append(keySeparator);
      write(entry.getValue(), level + 1);
      append(items.hasNext() ? itemSeparator : "");
    }
    newline(level);
    append("}");
  }

  private Map<Object, Object> sort(Map<?, ?> map) {
    Operators operators = new Operators(budget);
    Map<Object, Object> entries = new TreeMap<>((a, b) -> operators.order(a, b, "<"));
    entries.putAll(map);
    return entries;
  }

  private void newline(int level) {
    if (indent != null) {
      budget.allocate(1 + (long) indent.length() * level);
      out.append('\n').append(indent.repeat(level));
    }
  }

  private void string(String text) {
    budget.allocate(text.length() + 2L);
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append("\\u").append(String.format(java.util.Locale.ROOT, "%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private void append(String text) {
    budget.allocate(text.length());
    out.append(text);
  }
}
