package io.parlance.tokenizers.chat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Attributes, elements and slices. Only what is written here can be reached from a template; there
 * is no reflection.
 */
final class Attributes {
  private static final Set<String> CHANGING_METHODS =
      Set.of(
          "append",
          "clear",
          "extend",
          "insert",
          "pop",
          "popitem",
          "remove",
          "reverse",
          "setdefault",
          "sort",
          "update");

  private final Budget budget;
  private final Operators operators;
  private final StringMethods stringMethods;

  Attributes(Budget budget, Operators operators) {
    this.budget = budget;
    this.operators = operators;
    this.stringMethods = new StringMethods(budget);
  }

  /** {@code value.name}: a method or attribute, else the element with this key. */
  Object attribute(Object value, String name) {
    Object found = member(value, name);
    if (found == null && value instanceof Map<?, ?> map) {
      found = map.get(name);
    }
    return found == null ? Undefined.attribute(value, name) : found;
  }

  /** The method or attribute alone, without the elements of a mapping. */
  Object attributeOnly(Object value, String name) {
    Object found = member(value, name);
    return found == null ? Undefined.attribute(value, name) : found;
  }

  /** {@code value[key]}: the element with this key, else the attribute. */
  Object element(Object value, Object key) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Object found = null;
    if (value instanceof Map<?, ?> map && !(key instanceof List<?>) && !(key instanceof Map)) {
      found = map.get(key);
    } else if (Numbers.isWhole(key) && value instanceof String text) {
      found = character(text, Numbers.whole(key));
    } else if (Numbers.isWhole(key) && value instanceof List<?> list) {
      int index = position(Numbers.whole(key), list.size());
      found = index < 0 ? null : list.get(index);
    }
    if (found == null && key instanceof String name) {
      found = member(value, name);
    }
    return found == null ? Undefined.element(value, key, budget) : found;
  }

  private static int position(BigInteger index, int size) {
    BigInteger position = index.signum() < 0 ? index.add(Numbers.of(size)) : index;
    return position.signum() < 0 || position.compareTo(Numbers.of(size)) >= 0
        ? -1
        : position.intValue();
  }

  private @Nullable Object character(String text, BigInteger index) {
    budget.step(text.length() / 64 + 1);
    int position = position(index, PythonTypes.length(text));
    return position < 0
        ? null
        : Character.toString(text.codePointAt(text.offsetByCodePoints(0, position)));
  }

  private @Nullable Object member(Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof Namespace namespace) {
      return namespace.attributes().get(name);
    }
    if (value instanceof Loop loop) {
      return loop.attribute(name);
    }
    if (value instanceof Macro macro) {
      return name.equals("name") ? macro.name() : null;
    }
    if (value instanceof String text) {
      return stringMethods.find(text, name);
    }
    if (value instanceof Map<?, ?> || (value instanceof List<?> && !(value instanceof Tuple))) {
      if (CHANGING_METHODS.contains(name) && (value instanceof List<?> || isMapMethod(name))) {
        return Undefined.forbidden(value, name);
      }
    }
    if (value instanceof Map<?, ?> map) {
      return mapMethod(map, name);
    }
    return value instanceof List<?> list ? listMethod(list, name) : null;
  }

  private static boolean isMapMethod(String name) {
    return Set.of("clear", "pop", "popitem", "setdefault", "update").contains(name);
  }

  private @Nullable Object mapMethod(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" ->
          (Callable)
              arguments -> {
                arguments.bind("items");
                return items(map);
              };
      case "keys" ->
          (Callable) arguments -> new DictView("dict_keys", new ArrayList<>(map.keySet()));
      case "values" ->
          (Callable) arguments -> new DictView("dict_values", new ArrayList<>(map.values()));
      case "copy" -> (Callable) arguments -> new LinkedHashMap<>(map);
      case "get" ->
          (Callable)
              arguments -> {
                Bound bound = arguments.bind("get", "key", "default");
                Object found = map.get(PythonTypes.key(bound.required("key")));
                return found == null ? bound.get("default", None.NONE) : found;
              };
      default -> null;
    };
  }

  /** The entries of a mapping as tuples. */
  DictView items(Map<?, ?> map) {
    budget.allocate(map.size());
    List<Object> entries = new ArrayList<>();
    map.forEach((key, value) -> entries.add(Tuple.of(key, value)));
    return new DictView("dict_items", entries);
  }

  private @Nullable Object listMethod(List<?> list, String name) {
    return switch (name) {
      case "index" ->
          (Callable)
              arguments -> {
                Object value = arguments.bind("index", "value").required("value");
                for (int i = 0; i < list.size(); i++) {
                  if (operators.equal(list.get(i), value)) {
                    return Numbers.of(i);
                  }
                }
                throw new TemplateFailure(PythonText.quoted(value, budget) + " is not in list");
              };
      case "count" ->
          (Callable)
              arguments -> {
                Object value = arguments.bind("count", "value").required("value");
                return Numbers.of(
                    list.stream().filter(item -> operators.equal(item, value)).count());
              };
      case "copy" -> list instanceof Tuple ? null : (Callable) arguments -> new ArrayList<>(list);
      default -> null;
    };
  }

  /** {@code value[start:stop:step]} with Python's rules for what is left out or negative. */
  Object slice(Object value, Object start, Object stop, Object step) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(value instanceof String) && !(value instanceof List<?>)) {
      throw new TemplateFailure("'" + PythonTypes.name(value) + "' object cannot be sliced");
    }
    List<Object> items = PythonTypes.elements(value, budget);
    int stride = step == None.NONE ? 1 : PythonTypes.index(step);
    if (stride == 0) {
      throw new TemplateFailure("slice step cannot be zero");
    }
    int size = items.size();
    boolean forward = stride > 0;
    int first = bound(start, size, forward ? 0 : size - 1, forward);
    int last = bound(stop, size, forward ? size : -1, forward);
    List<Object> slice = new ArrayList<>();
    for (long i = first; forward ? i < last : i > last; i += stride) {
      slice.add(items.get((int) i));
    }
    budget.allocate(slice.size());
    if (value instanceof String) {
      StringBuilder text = new StringBuilder();
      slice.forEach(text::append);
      return text.toString();
    }
    return value instanceof Tuple ? new Tuple(slice) : slice;
  }

  private static int bound(Object given, int size, int fallback, boolean forward) {
    if (given == None.NONE) {
      return fallback;
    }
    long index = PythonTypes.index(given);
    long position = index < 0 ? index + size : index;
    return (int) Math.max(forward ? 0 : -1, Math.min(forward ? size : size - 1, position));
  }
}
