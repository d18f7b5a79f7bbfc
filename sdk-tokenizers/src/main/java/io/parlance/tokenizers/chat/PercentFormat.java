package io.parlance.tokenizers.chat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;

/** Python's {@code '...' % values}: conversions s, r, d, i, f, x and %%. */
final class PercentFormat {
  private final Budget budget;

  PercentFormat(Budget budget) {
    this.budget = budget;
  }

  String format(String format, Object values) {
    StringBuilder out = new StringBuilder();
    List<?> items = values instanceof Tuple tuple ? tuple : List.of(values);
    int next = 0;
    for (int at = 0; at < format.length(); at++) {
      char c = format.charAt(at);
      if (c != '%') {
        out.append(c);
        continue;
      }
      int end = at + 1;
      Object named = null;
      if (format.startsWith("(", end)) {
        int close = format.indexOf(')', end);
        if (close < 0 || !(values instanceof Map<?, ?> map)) {
          throw new TemplateFailure("format requires a mapping");
        }
        named = map.get(format.substring(end + 1, close));
        if (named == null) {
          throw new TemplateFailure("no value for " + format.substring(at, close + 1));
        }
        end = close + 1;
      }
      int flags = end;
      while (end < format.length() && "-+ 0123456789.".indexOf(format.charAt(end)) >= 0) {
        end++;
      }
      if (end >= format.length()) {
        throw new TemplateFailure("incomplete format");
      }
      char conversion = format.charAt(end);
      if (conversion == '%') {
        out.append('%');
      } else {
        if (named == null && next >= items.size()) {
          throw new TemplateFailure("not enough arguments for format string");
        }
        Object value = named == null ? items.get(next++) : named;
        out.append(convert(format.substring(flags, end), conversion, value));
      }
      at = end;
    }
    if (next < items.size() && !(values instanceof Map<?, ?>)) {
      throw new TemplateFailure("not all arguments converted during string formatting");
    }
    return budget.made(out.toString());
  }

  private String convert(String specification, char conversion, Object value) {
    String flags = specification.replaceAll("[1-9.].*", "");
    String sizes = specification.substring(flags.length());
    int dot = sizes.indexOf('.');
    int width = number(dot < 0 ? sizes : sizes.substring(0, dot), 0);
    int precision = dot < 0 ? -1 : number(sizes.substring(dot + 1), 0);
    budget.allocate((long) width + Math.max(precision, 0));
    String text = body(conversion, value, precision);
    if (flags.contains("+") && !text.startsWith("-") && conversion != 's') {
      text = "+" + text;
    }
    String fill = " ".repeat(Math.max(0, width - PythonTypes.length(text)));
    if (flags.contains("-")) {
      return text + fill;
    }
    if (flags.contains("0") && conversion != 's' && conversion != 'r') {
      boolean signed = text.startsWith("-") || text.startsWith("+");
      return (signed ? text.substring(0, 1) : "")
          + "0".repeat(fill.length())
          + text.substring(signed ? 1 : 0);
    }
    return fill + text;
  }

  private String body(char conversion, Object value, int precision) {
    return switch (conversion) {
      case 's' -> cut(PythonText.of(value, budget), precision);
      case 'r' -> cut(PythonText.quoted(value, budget), precision);
      case 'd', 'i' ->
          value instanceof Double number
              ? new BigDecimal(number).toBigInteger().toString()
              : Numbers.whole(value).toString();
      case 'x' -> Numbers.whole(value).toString(16);
      case 'f' -> fixed(Numbers.decimal(value), precision < 0 ? 6 : precision);
      default -> throw new TemplateFailure("unsupported format character '" + conversion + "'");
    };
  }

  /** A number with this many digits after the point. */
  static String fixed(double value, int digits) {
    if (!Double.isFinite(value)) {
      return Numbers.text(value);
    }
    return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String cut(String text, int points) {
    return points < 0 || PythonTypes.length(text) <= points
        ? text
        : text.substring(0, text.offsetByCodePoints(0, points));
  }

  private static int number(String digits, int fallback) {
    try {
      return digits.isEmpty() ? fallback : Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw new TemplateFailure("'" + digits + "' is not a width");
    }
  }
}
