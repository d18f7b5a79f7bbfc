package io.parlance.tokenizers.chat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values that callers pass: checked and copied, then as a template sees them. */
final class PlainValues {
  private static final int DEPTH = 100;

  private PlainValues() {}

  /** An unmodifiable copy of a map from names to plain values, in its order. */
  static Map<String, @Nullable Object> copy(String what, Map<String, ?> map) {
    return copyMap(what, map, 0);
  }

  private static Map<String, @Nullable Object> copyMap(String what, Map<?, ?> map, int depth) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          if (!(key instanceof String name)) {
            throw new IllegalArgumentException(
                what + " has the key " + key + "; keys must be strings");
          }
          copy.put(name, copy(what + "." + name, value, depth + 1));
        });
    return Collections.unmodifiableMap(copy);
  }

  private static @Nullable Object copy(String what, @Nullable Object value, int depth) {
    if (depth > DEPTH) {
      throw new IllegalArgumentException(what + " is nested more than " + DEPTH + " deep");
    }
    if (value == null
        || value instanceof String
        || value instanceof Boolean
        || value instanceof Number) {
      return value;
    }
    if (value instanceof Map<?, ?> map) {
      return copyMap(what, map, depth);
    }
    if (value instanceof Collection<?> collection) {
      List<@Nullable Object> copy = new ArrayList<>();
      for (Object item : collection) {
        copy.add(copy(what + "[" + copy.size() + "]", item, depth + 1));
      }
      return Collections.unmodifiableList(copy);
    }
    throw new IllegalArgumentException(
        what
            + " is a "
            + value.getClass().getName()
            + "; a chat template takes strings, numbers, booleans, null, and lists and maps of"
            + " them");
  }

  /** A checked value as a template sees it. */
  static Object toTemplate(@Nullable Object value) {
    if (value == null) {
      return None.NONE;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> values = new LinkedHashMap<>();
      map.forEach((key, item) -> values.put(key, toTemplate(item)));
      return values;
    }
    if (value instanceof Collection<?> collection) {
      List<Object> values = new ArrayList<>(collection.size());
      collection.forEach(item -> values.add(toTemplate(item)));
      return values;
    }
    return value instanceof Number number ? number(number) : value;
  }

  private static Object number(Number number) {
    if (number instanceof Double || number instanceof BigInteger) {
      return number;
    }
    if (number instanceof Float) {
      return Double.valueOf(number.toString()); // 0.1f prints as 0.1
    }
    if (number instanceof Byte
        || number instanceof Short
        || number instanceof Integer
        || number instanceof Long) {
      return Numbers.of(number.longValue());
    }
    String text = number.toString(); // BigDecimal, and numbers that JSON libraries keep as text
    return text.matches("-?\\d{1," + Numbers.MAXIMUM_DIGITS + "}")
        ? new BigInteger(text)
        : (Object) new BigDecimal(text).doubleValue();
  }
}
