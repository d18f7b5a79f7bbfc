package io.parlance.tokenizers.chat;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's {@code '{}'.format(...)} for positions, names and the usual specifications; attributes
 * and elements of arguments cannot be reached.
 */
final class BraceFormat {
  private static final Pattern SPECIFICATION =
      Pattern.compile("([<>])?(0?)(\\d{0,6})(\\.\\d{1,4})?([sdf]?)");

  private final Budget budget;

  BraceFormat(Budget budget) {
    this.budget = budget;
  }

  String format(String format, Arguments arguments) {
    StringBuilder out = new StringBuilder();
    int next = 0;
    for (int at = 0; at < format.length(); at++) {
      char c = format.charAt(at);
      if (c != '{' && c != '}') {
        out.append(c);
      } else if (format.startsWith(String.valueOf(c), at + 1)) {
        out.append(c);
        at++;
      } else {
        int end = c == '{' ? format.indexOf('}', at) : -1;
        if (end < 0) {
          throw new TemplateFailure("single '" + c + "' encountered in format string");
        }
        String field = format.substring(at + 1, end);
        int colon = field.indexOf(':');
        String name = colon < 0 ? field : field.substring(0, colon);
        Object value = value(name.isEmpty() ? String.valueOf(next++) : name, arguments);
        out.append(write(value, colon < 0 ? "" : field.substring(colon + 1)));
        at = end;
      }
    }
    return budget.made(out.toString());
  }

  private static Object value(String name, Arguments arguments) {
    Object value = arguments.named().get(name);
    if (value == null && name.length() < 6 && name.chars().allMatch(Character::isDigit)) {
      int position = Integer.parseInt(name);
      if (position < arguments.positional().size()) {
        value = arguments.positional().get(position);
      }
    }
    if (value == null) {
      throw new TemplateFailure("format() has no argument '" + name + "'");
    }
    return value;
  }

  private String write(Object value, String specification) {
    Matcher parts = SPECIFICATION.matcher(specification);
    if (!parts.matches()) {
      throw new TemplateFailure("unsupported format specification '" + specification + "'");
    }
    String precision = parts.group(4) == null ? "" : parts.group(4);
    String conversion = parts.group(5);
    if (conversion.isEmpty()) {
      conversion =
          value instanceof Double && !precision.isEmpty()
              ? "f"
              : value instanceof BigInteger ? "d" : "s";
    }
    boolean left = parts.group(1) == null ? value instanceof String : parts.group(1).equals("<");
    String flags = left ? "-" : parts.group(2);
    return new PercentFormat(budget)
        .format("%" + flags + parts.group(3) + precision + conversion, Tuple.of(value));
  }
}
