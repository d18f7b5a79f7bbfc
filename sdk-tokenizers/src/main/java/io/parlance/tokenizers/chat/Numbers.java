package io.parlance.tokenizers.chat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Python's numbers: whole numbers of any size (within reason), floats, and truth values as 0, 1.
 */
final class Numbers {
  /** Longer numbers have no use in a prompt and would cost time. */
  static final int MAXIMUM_DIGITS = 1_000;

  private static final int MAXIMUM_BITS = 4_096;
  private static final int DOUBLE_DIGITS = 17;

  private Numbers() {}

  static BigInteger of(long value) {
    return BigInteger.valueOf(value);
  }

  static boolean isNumber(Object value) {
    return value instanceof BigInteger || value instanceof Double || value instanceof Boolean;
  }

  static boolean isWhole(Object value) {
    return value instanceof BigInteger || value instanceof Boolean;
  }

  static BigInteger whole(Object value) {
    if (value instanceof BigInteger number) {
      return number;
    }
    if (value instanceof Boolean bool) {
      return bool ? BigInteger.ONE : BigInteger.ZERO;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw new TemplateFailure("expected a whole number, got " + PythonTypes.name(value));
  }

  static double decimal(Object value) {
    return value instanceof Double number ? number : whole(value).doubleValue();
  }

  static int compare(Object left, Object right) {
    return isWhole(left) && isWhole(right)
        ? whole(left).compareTo(whole(right))
        : Double.compare(decimal(left) + 0.0, decimal(right) + 0.0); // + 0.0: -0.0 equals 0.0
  }

  /** Applies {@code + - * / // % **} to two numbers. */
  static Object apply(String operator, Object left, Object right) {
    if (operator.equals("**")) {
      return power(left, right);
    }
    if (operator.equals("/")) {
      return divide(left, right);
    }
    if (isWhole(left) && isWhole(right)) {
      BigInteger a = whole(left);
      BigInteger b = whole(right);
      return bounded(
          switch (operator) {
            case "+" -> a.add(b);
            case "-" -> a.subtract(b);
            case "*" -> a.multiply(b);
            case "//" -> floorDivide(a, b);
            default -> a.subtract(b.multiply(floorDivide(a, b)));
          });
    }
    double a = decimal(left);
    double b = decimal(right);
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "//" -> Math.floor(a / nonZero(b));
      default -> {
        double remainder = a % nonZero(b);
        yield remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
      }
    };
  }

  private static Object divide(Object left, Object right) {
    return decimal(left) / nonZero(decimal(right));
  }

  private static double nonZero(double divisor) {
    if (divisor == 0) {
      throw new TemplateFailure("division by zero");
    }
    return divisor;
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b) {
    if (b.signum() == 0) {
      throw new TemplateFailure("division by zero");
    }
    BigInteger[] parts = a.divideAndRemainder(b);
    boolean below = parts[1].signum() != 0 && parts[1].signum() != b.signum();
    return below ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static Object power(Object left, Object right) {
    if (isWhole(left) && isWhole(right) && whole(right).signum() >= 0) {
      BigInteger base = whole(left);
      int exponent = PythonTypes.index(right);
      if (base.bitLength() > 1 && (long) base.bitLength() * exponent > MAXIMUM_BITS) {
        throw tooLarge();
      }
      // 0, 1 and -1 stay small whatever the exponent
      return base.bitLength() > 1
          ? base.pow(exponent)
          : base.pow(Math.min(exponent, exponent % 2 + 2));
    }
    double base = decimal(left);
    double exponent = decimal(right);
    if (base == 0 && exponent < 0) {
      throw new TemplateFailure("0.0 cannot be raised to a negative power");
    }
    return Math.pow(base, exponent);
  }

  private static BigInteger bounded(BigInteger number) {
    if (number.bitLength() > MAXIMUM_BITS) {
      throw tooLarge();
    }
    return number;
  }

  private static TemplateFailure tooLarge() {
    return new TemplateFailure("a number has more than " + MAXIMUM_BITS + " bits");
  }

  static Object negate(Object value) {
    return value instanceof Double number ? (Object) (-number) : whole(value).negate();
  }

  /** The shortest digits that give the number back, written as Python does. */
  static String text(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = new BigDecimal(value);
    for (int digits = 1; digits <= DOUBLE_DIGITS; digits++) {
      BigDecimal candidate =
          new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (candidate.doubleValue() == value) {
        shortest = candidate.stripTrailingZeros();
        break;
      }
    }
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    String digits = shortest.unscaledValue().abs().toString();
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
