package io.parlance.tokenizers.chat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What kinds of values a template knows: String, Boolean, BigInteger, Double, {@link None}, List,
 * {@link Tuple}, Map, {@link DictView}, {@link Generator}, {@link Namespace}, {@link Callable} and
 * {@link Undefined}. No other Java object gets in.
 */
final class PythonTypes {
  private PythonTypes() {}

  static String name(Object value) {
    if (value instanceof DictView view) {
      return view.typeName();
    }
    if (value instanceof Tuple) {
      return "tuple";
    }
    if (value instanceof String) {
      return "str";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (value instanceof BigInteger) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof List<?>) {
      return "list";
    }
    if (value instanceof Map<?, ?>) {
      return "dict";
    }
    if (value instanceof Undefined) {
      return "Undefined";
    }
    if (value instanceof Generator) {
      return "generator";
    }
    if (value instanceof Namespace) {
      return "Namespace";
    }
    return value == None.NONE ? "NoneType" : "function";
  }

  /** The type as it is called in messages about attributes. */
  static String describe(Object value) {
    return value == None.NONE ? "None" : name(value) + " object";
  }

  static boolean truth(Object value) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof Collection<?> collection) {
      return !collection.isEmpty();
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    if (value instanceof BigInteger number) {
      return number.signum() != 0;
    }
    if (value instanceof Double number) {
      return number != 0;
    }
    return value != None.NONE && !(value instanceof Undefined);
  }

  static boolean isIterable(Object value) {
    return value instanceof String
        || value instanceof Collection<?>
        || value instanceof Map<?, ?>
        || value instanceof Generator
        || value instanceof Undefined;
  }

  static boolean isSequence(Object value) {
    return value instanceof String
        || value instanceof List<?>
        || value instanceof Map<?, ?>
        || value instanceof Undefined;
  }

  /** The elements of a value: characters of a text, keys of a mapping. */
  @SuppressWarnings("unchecked") // collections and maps of templates hold values of templates
  static List<Object> elements(Object value, Budget budget) {
    List<Object> elements;
    if (value instanceof List<?> list) {
      budget.step(list.size());
      return (List<Object>) list;
    } else if (value instanceof String text) {
      budget.allocate(text.length());
      elements = new ArrayList<>(text.length());
      text.codePoints().forEach(point -> elements.add(Character.toString(point)));
    } else if (value instanceof Collection<?> collection) {
      elements = new ArrayList<>(collection);
    } else if (value instanceof Map<?, ?> map) {
      elements = new ArrayList<>(map.keySet());
    } else if (value instanceof Generator generator) {
      elements = new ArrayList<>();
      generator.iterator().forEachRemaining(elements::add);
    } else if (value instanceof Undefined) {
      return List.of();
    } else {
      throw new TemplateFailure("'" + name(value) + "' object is not iterable");
    }
    budget.step(elements.size());
    budget.allocate(elements.size());
    return elements;
  }

  static int length(Object value) {
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    }
    if (value instanceof Collection<?> collection) {
      return collection.size();
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw new TemplateFailure("object of type '" + name(value) + "' has no len()");
  }

  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw new TemplateFailure("expected a string, got " + name(value));
  }

  /** A whole number as an index or a count; those beyond an int are taken as the largest ones. */
  static int index(Object value) {
    BigInteger number = Numbers.whole(value);
    return number.bitLength() < 32
        ? number.intValue()
        : number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
  }

  /** Checks that a value may be the key of a mapping. */
  static Object key(Object value) {
    if (value instanceof String
        || value instanceof Boolean
        || value instanceof BigInteger
        || value instanceof Double
        || value == None.NONE) {
      return value;
    }
    throw new TemplateFailure("unhashable type: '" + name(value) + "'");
  }
}
