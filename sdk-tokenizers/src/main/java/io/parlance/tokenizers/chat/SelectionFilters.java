package io.parlance.tokenizers.chat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Filters that pick elements, or attributes of elements. */
final class SelectionFilters {
  private SelectionFilters() {}

  static void addTo(Map<String, Filter> filters) {
    filters.put("map", SelectionFilters::map);
    filters.put("select", (value, arguments, e) -> select(value, arguments, e, false, true));
    filters.put("reject", (value, arguments, e) -> select(value, arguments, e, false, false));
    filters.put("selectattr", (value, arguments, e) -> select(value, arguments, e, true, true));
    filters.put("rejectattr", (value, arguments, e) -> select(value, arguments, e, true, false));
    filters.put("unique", SelectionFilters::unique);
    filters.put("groupby", SelectionFilters::group);
  }

  private static Object map(Object value, Arguments arguments, Evaluator e) {
    if (arguments.positional().isEmpty()) {
      Bound bound = arguments.bind("map", "attribute", "default");
      if (bound.find("attribute") == null) {
        throw new TemplateFailure("map needs the name of a filter or an attribute");
      }
      return new Generator(() -> attributes(value, bound, e));
    }
    String filter = PythonTypes.text(arguments.positional().get(0));
    return new Generator(
        () -> {
          List<Object> mapped = new ArrayList<>();
          for (Object item : PythonTypes.elements(value, e.budget())) {
            mapped.add(e.filter(filter, item, arguments.from(1)));
          }
          return mapped;
        });
  }

  /** The elements, or where an attribute is asked for, that of each. */
  static List<Object> attributes(Object value, Bound bound, Evaluator e) {
    List<Object> elements = PythonTypes.elements(value, e.budget());
    Object attribute = bound.present("attribute");
    if (attribute == null) {
      return elements;
    }
    UnaryOperator<Object> getter = getter(attribute, bound.find("default"), e);
    List<Object> found = new ArrayList<>(elements.size());
    elements.forEach(element -> found.add(getter.apply(element)));
    return found;
  }

  /** Follows a path such as {@code function.parameters.0}. */
  private static UnaryOperator<Object> getter(
      Object attribute, @Nullable Object fallback, Evaluator e) {
    List<Object> path = new ArrayList<>();
    if (attribute instanceof String text) {
      for (Object part : PythonStrings.split(text, ".", -1)) {
        String name = (String) part;
        boolean digits = !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9');
        path.add(digits && name.length() < 9 ? Numbers.of(Long.parseLong(name)) : name);
      }
    } else {
      path.add(attribute);
    }
    return element -> {
      Object value = element;
      for (Object part : path) {
        e.budget().step();
        value = e.attributes().element(value, part);
        if (fallback != null && value instanceof Undefined) {
          value = fallback;
        }
      }
      return value;
    };
  }

  private static Object select(
      Object value, Arguments arguments, Evaluator e, boolean byAttribute, boolean wanted) {
    if (byAttribute && arguments.positional().isEmpty()) {
      throw new TemplateFailure("selectattr and rejectattr need the name of an attribute");
    }
    return new Generator(
        () -> {
          Arguments rest = byAttribute ? arguments.from(1) : arguments;
          UnaryOperator<Object> getter =
              byAttribute
                  ? getter(arguments.positional().get(0), null, e)
                  : UnaryOperator.identity();
          String test =
              rest.positional().isEmpty() ? null : PythonTypes.text(rest.positional().get(0));
          List<Object> selected = new ArrayList<>();
          for (Object item : PythonTypes.elements(value, e.budget())) {
            Object looked = getter.apply(item);
            boolean passes =
                test == null
                    ? PythonTypes.truth(looked)
                    : Tests.test(test, looked, rest.from(1), e);
            if (passes == wanted) {
              selected.add(item);
            }
          }
          return selected;
        });
  }

  private static Object unique(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("unique", "case_sensitive", "attribute");
    Object attribute = bound.present("attribute");
    UnaryOperator<Object> getter =
        attribute == null ? UnaryOperator.identity() : getter(attribute, null, e);
    return new Generator(
        () -> {
          List<Object> seen = new ArrayList<>();
          List<Object> unique = new ArrayList<>();
          for (Object item : PythonTypes.elements(value, e.budget())) {
            Object key = fold(getter.apply(item), bound);
            if (seen.stream().noneMatch(other -> e.operators().equal(other, key))) {
              seen.add(key);
              unique.add(item);
            }
          }
          return unique;
        });
  }

  private static Object group(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("groupby", "attribute", "default", "case_sensitive");
    UnaryOperator<Object> getter = getter(bound.required("attribute"), bound.find("default"), e);
    Comparator<Object> order = order(bound, e);
    List<Object> sorted = new ArrayList<>(PythonTypes.elements(value, e.budget()));
    sorted.sort((a, b) -> order.compare(getter.apply(a), getter.apply(b)));
    List<Object> groups = new ArrayList<>();
    List<Object> members = List.of();
    Object current = null;
    for (Object item : sorted) {
      Object key = getter.apply(item);
      if (current == null || !e.operators().equal(fold(current, bound), fold(key, bound))) {
        members = new ArrayList<>();
        groups.add(Tuple.of(key, members));
        current = key;
      }
      members.add(item);
    }
    return groups;
  }

  /** Compares texts without regard to case where the filter is not told otherwise. */
  static Comparator<Object> order(Bound bound, Evaluator e) {
    return (a, b) -> e.operators().order(fold(a, bound), fold(b, bound), "<");
  }

  /** As {@link #order}, by the attribute that the filter names; several are parted by commas. */
  static Comparator<Object> attributeOrder(Bound bound, Evaluator e) {
    Object attribute = bound.present("attribute");
    Comparator<Object> order = order(bound, e);
    if (attribute == null) {
      return order;
    }
    List<UnaryOperator<Object>> getters = new ArrayList<>();
    if (attribute instanceof String names) {
      PythonStrings.split(names, ",", -1).forEach(name -> getters.add(getter(name, null, e)));
    } else {
      getters.add(getter(attribute, null, e));
    }
    return (a, b) -> {
      for (UnaryOperator<Object> getter : getters) {
        int result = order.compare(getter.apply(a), getter.apply(b));
        if (result != 0) {
          return result;
        }
      }
      return 0;
    };
  }

  private static Object fold(Object value, Bound bound) {
    return value instanceof String text && !bound.flag("case_sensitive", false)
        ? text.toLowerCase(Locale.ROOT)
        : value;
  }
}
