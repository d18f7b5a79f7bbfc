package io.parlance.tokenizers.chat;

import java.math.BigInteger;
import java.util.Map;

/** What can stand after {@code is}. */
final class Tests {
  private Tests() {}

  static boolean test(String name, Object value, Arguments arguments, Evaluator e) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == None.NONE;
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map<?, ?>;
      case "iterable" -> PythonTypes.isIterable(value);
      case "sequence" -> PythonTypes.isSequence(value);
      case "number" -> Numbers.isNumber(value);
      case "integer" -> value instanceof BigInteger;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "callable" -> value instanceof Callable;
      case "even" -> parity(value) == 0;
      case "odd" -> parity(value) == 1;
      case "divisibleby" -> divisible(value, other(name, arguments));
      case "lower" -> StringMethods.isCase(e.text(value), false);
      case "upper" -> StringMethods.isCase(e.text(value), true);
      case "escaped" -> false;
      case "filter" -> Filter.named(PythonTypes.text(value)) != null;
      case "sameas" -> same(value, other(name, arguments));
      default -> compare(name, value, arguments, e);
    };
  }

  private static boolean compare(String name, Object value, Arguments arguments, Evaluator e) {
    String operator =
        switch (name) {
          case "eq", "equalto", "==" -> "==";
          case "ne", "!=" -> "!=";
          case "lt", "lessthan", "<" -> "<";
          case "le", "<=" -> "<=";
          case "gt", "greaterthan", ">" -> ">";
          case "ge", ">=" -> ">=";
          case "in" -> "in";
          default -> throw new TemplateFailure("there is no test named '" + name + "'");
        };
    return e.operators().compare(operator, value, other(name, arguments));
  }

  private static Object other(String name, Arguments arguments) {
    return arguments.bind(name, "other").required("other");
  }

  private static int parity(Object value) {
    return Numbers.whole(value).testBit(0) ? 1 : 0;
  }

  private static boolean divisible(Object value, Object divisor) {
    return Numbers.compare(Numbers.apply("%", value, divisor), Numbers.of(0)) == 0;
  }

  /** None and truth values are the same object wherever they come from. */
  private static boolean same(Object a, Object b) {
    return a instanceof Boolean ? a.equals(b) : a == b;
  }
}
