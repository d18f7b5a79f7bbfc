package io.parlance.tokenizers.chat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's operators on all kinds of values. */
final class Operators {
  private final Budget budget;

  Operators(Budget budget) {
    this.budget = budget;
  }

  Object binary(String operator, Object left, Object right) {
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (operator.equals("%") && left instanceof String format) {
      return new PercentFormat(budget).format(format, right);
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.apply(operator, left, right);
    }
    if (operator.equals("+")) {
      return join(left, right);
    }
    if (operator.equals("*")) {
      if (Numbers.isWhole(right) && (left instanceof String || left instanceof List<?>)) {
        return repeat(left, PythonTypes.index(right));
      }
      if (Numbers.isWhole(left) && (right instanceof String || right instanceof List<?>)) {
        return repeat(right, PythonTypes.index(left));
      }
    }
    throw new TemplateFailure(
        "unsupported operand types for "
            + operator
            + ": '"
            + PythonTypes.name(left)
            + "' and '"
            + PythonTypes.name(right)
            + "'");
  }

  private Object join(Object left, Object right) {
    if (left instanceof String a && right instanceof String b) {
      budget.allocate((long) a.length() + b.length());
      return a.concat(b);
    }
    if (left instanceof List<?> a
        && right instanceof List<?> b
        && left instanceof Tuple == right instanceof Tuple) {
      budget.allocate((long) a.size() + b.size());
      List<Object> joined = new ArrayList<>(a);
      joined.addAll(b);
      return left instanceof Tuple ? new Tuple(joined) : joined;
    }
    String type = PythonTypes.name(left);
    throw new TemplateFailure(
        left instanceof String || left instanceof List<?>
            ? "can only concatenate "
                + type
                + " (not \""
                + PythonTypes.name(right)
                + "\") to "
                + type
            : "unsupported operand types for +: '"
                + type
                + "' and '"
                + PythonTypes.name(right)
                + "'");
  }

  private Object repeat(Object value, int times) {
    int count = Math.max(times, 0);
    if (value instanceof String text) {
      budget.allocate((long) text.length() * count);
      return text.repeat(count);
    }
    List<?> items = (List<?>) value;
    budget.allocate((long) items.size() * count);
    List<Object> repeated = new ArrayList<>();
    for (int i = 0; i < count && !items.isEmpty(); i++) {
      repeated.addAll(items);
    }
    return value instanceof Tuple ? new Tuple(repeated) : repeated;
  }

  Object unary(String operator, Object value) {
    if (operator.equals("not")) {
      return !PythonTypes.truth(value);
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!Numbers.isNumber(value)) {
      throw new TemplateFailure(
          "bad operand type for unary " + operator + ": '" + PythonTypes.name(value) + "'");
    }
    if (operator.equals("-")) {
      return Numbers.negate(value);
    }
    return value instanceof Double ? value : Numbers.whole(value);
  }

  boolean compare(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> equal(left, right);
      case "!=" -> !equal(left, right);
      case "in" -> contains(right, left);
      case "not in" -> !contains(right, left);
      case "<" -> ordered(left, right) && order(left, right, operator) < 0;
      case "<=" -> ordered(left, right) && order(left, right, operator) <= 0;
      case ">" -> ordered(left, right) && order(left, right, operator) > 0;
      default -> ordered(left, right) && order(left, right, operator) >= 0;
    };
  }

  /** Comparisons with NaN are false. */
  private static boolean ordered(Object left, Object right) {
    return !(left instanceof Double a && a.isNaN()) && !(right instanceof Double b && b.isNaN());
  }

  boolean equal(Object left, Object right) {
    budget.enter();
    try {
      if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
        return ordered(left, right) && Numbers.compare(left, right) == 0;
      }
      if (left instanceof List<?> a && right instanceof List<?> b) {
        return left instanceof Tuple == right instanceof Tuple && equalItems(a, b);
      }
      if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
        return equalEntries(a, b);
      }
      boolean simple = left instanceof String || left instanceof Undefined;
      return simple ? left.equals(right) : left == right;
    } finally {
      budget.leave();
    }
  }

  private boolean equalItems(List<?> a, List<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    Iterator<?> other = b.iterator();
    for (Object item : a) {
      if (!equal(item, other.next())) {
        return false;
      }
    }
    return true;
  }

  private boolean equalEntries(Map<?, ?> a, Map<?, ?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<?, ?> entry : a.entrySet()) {
      Object other = b.get(entry.getKey());
      if (other == null || !equal(entry.getValue(), other)) {
        return false;
      }
    }
    return true;
  }

  boolean contains(Object container, Object value) {
    if (container instanceof String text) {
      if (!(value instanceof String part)) {
        throw new TemplateFailure(
            "'in <string>' requires string as left operand, not " + PythonTypes.name(value));
      }
      budget.step(text.length() / 64 + 1);
      return text.contains(part);
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(PythonTypes.key(value));
    }
    for (Object item : PythonTypes.elements(container, budget)) {
      if (equal(item, value)) {
        return true;
      }
    }
    return false;
  }

  /** The order of two numbers, texts or lists; other kinds have none. */
  int order(Object left, Object right, String operator) {
    budget.enter();
    try {
      if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
        return Numbers.compare(left, right);
      }
      if (left instanceof String a && right instanceof String b) {
        return compareCodePoints(a, b);
      }
      if (left instanceof List<?> a
          && right instanceof List<?> b
          && left instanceof Tuple == right instanceof Tuple) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
          if (!equal(a.get(i), b.get(i))) {
            return order(a.get(i), b.get(i), operator);
          }
        }
        return Integer.compare(a.size(), b.size());
      }
    } finally {
      budget.leave();
    }
    for (Object value : List.of(left, right)) {
      if (value instanceof Undefined undefined) {
        throw undefined.failure();
      }
    }
    throw new TemplateFailure(
        "'"
            + operator
            + "' not supported between instances of '"
            + PythonTypes.name(left)
            + "' and '"
            + PythonTypes.name(right)
            + "'");
  }

  private static int compareCodePoints(String a, String b) {
    int at = 0;
    while (at < a.length() && at < b.length() && a.charAt(at) == b.charAt(at)) {
      at++;
    }
    if (at == a.length() || at == b.length()) {
      return Integer.compare(a.length(), b.length());
    }
    if (at > 0 && Character.isHighSurrogate(a.charAt(at - 1))) {
      at--;
    }
    return Integer.compare(a.codePointAt(at), b.codePointAt(at));
  }
}
