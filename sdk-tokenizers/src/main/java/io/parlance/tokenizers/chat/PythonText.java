package io.parlance.tokenizers.chat;

import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Values as Python prints them. */
final class PythonText {
  private final StringBuilder out = new StringBuilder();
  private final Budget budget;

  private PythonText(Budget budget) {
    this.budget = budget;
  }

  /** As {@code str(value)}; an undefined value is the empty text. */
  static String of(Object value, Budget budget) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Undefined) {
      return "";
    }
    return quoted(value, budget);
  }

  /** As {@code repr(value)}: texts with quotes. */
  static String quoted(Object value, Budget budget) {
    PythonText text = new PythonText(budget);
    text.write(value);
    return text.out.toString();
  }

  private void write(Object value) {
    budget.enter();
    if (value instanceof String text) {
      append(quote(text, budget));
    } else if (value instanceof Boolean bool) {
      append(bool ? "True" : "False");
    } else if (value instanceof BigInteger number) {
      append(number.toString());
    } else if (value instanceof Double number) {
      append(Numbers.text(number));
    } else if (value == None.NONE) {
      append("None");
    } else if (value instanceof Undefined) {
      append("Undefined");
    } else if (value instanceof Tuple tuple) {
      items("(", tuple, tuple.size() == 1 ? ",)" : ")");
    } else if (value instanceof List<?> list) {
      items("[", list, "]");
    } else if (value instanceof Map<?, ?> map) {
      entries(map);
    } else if (value instanceof DictView view) {
      items(view.typeName() + "([", view, "])");
    } else if (value instanceof Namespace namespace) {
      append("<Namespace ");
      entries(namespace.attributes());
      append(">");
    } else {
      append("<" + PythonTypes.name(value) + ">");
    }
    budget.leave();
  }

  private void items(String open, Collection<?> items, String close) {
    append(open);
    String separator = "";
    for (Object item : items) {
      append(separator);
      write(item);
      separator = ", ";
    }
    append(close);
  }

  private void entries(Map<?, ?> map) {
    append("{");
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      append(separator);
      write(entry.getKey());
      append(": ");
      write(entry.getValue());
      separator = ", ";
    }
    append("}");
  }

  private void append(String text) {
    budget.allocate(text.length());
    out.append(text);
  }

  private static String quote(String text, Budget budget) {
    budget.allocate(text.length());
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder quoted = new StringBuilder(text.length() + 2).append(quote);
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\\' -> quoted.append("\\\\");
                default -> {
                  if (point == quote) {
                    quoted.append('\\').append(quote);
                  } else if (isPrintable(point)) {
                    quoted.appendCodePoint(point);
                  } else {
                    quoted.append(PythonStrings.escape(point));
                  }
                }
              }
            });
    return quoted.append(quote).toString();
  }

  private static boolean isPrintable(int point) {
    return point == ' '
        || switch (Character.getType(point)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SPACE_SEPARATOR ->
              false;
          default -> true;
        };
  }
}
