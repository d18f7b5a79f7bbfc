package io.parlance.tokenizers.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Filters that look at the elements of a list, a mapping or a text. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void addTo(Map<String, Filter> filters) {
    filters.put("default", SequenceFilters::fallback);
    filters.put("d", filters.get("default"));
    filters.put("length", (value, arguments, e) -> Numbers.of(PythonTypes.length(value)));
    filters.put("count", filters.get("length"));
    filters.put("first", (value, arguments, e) -> end(elements(value, e), true));
    filters.put("last", (value, arguments, e) -> end(elements(value, e), false));
    filters.put("list", (value, arguments, e) -> copy(value, e));
    filters.put("reverse", SequenceFilters::reverse);
    filters.put("join", SequenceFilters::join);
    filters.put("items", SequenceFilters::items);
    filters.put("dictsort", SequenceFilters::sortedEntries);
    filters.put("sort", SequenceFilters::sort);
    filters.put(
        "min",
        (value, arguments, e) ->
            extreme(value, arguments.bind("min", "case_sensitive", "attribute"), e));
    filters.put(
        "max",
        (value, arguments, e) ->
            extreme(value, arguments.bind("max", "case_sensitive", "attribute"), e));
    filters.put("sum", SequenceFilters::sum);
    filters.put("batch", SequenceFilters::batch);
    filters.put("slice", SequenceFilters::slices);
    filters.put(
        "attr",
        (value, arguments, e) ->
            e.attributes().attributeOnly(value, arguments.bind("attr", "name").text("name")));
  }

  private static List<Object> elements(Object value, Evaluator e) {
    return PythonTypes.elements(value, e.budget());
  }

  private static List<Object> copy(Object value, Evaluator e) {
    List<Object> elements = elements(value, e);
    e.budget().allocate(elements.size());
    return new ArrayList<>(elements);
  }

  private static Object fallback(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("default", "default_value", "boolean");
    boolean missing =
        value instanceof Undefined || (bound.flag("boolean", false) && !PythonTypes.truth(value));
    return missing ? bound.get("default_value", "") : value;
  }

  private static Object end(List<Object> elements, boolean first) {
    return elements.isEmpty()
        ? new Undefined("the sequence is empty")
        : elements.get(first ? 0 : elements.size() - 1);
  }

  private static Object reverse(Object value, Arguments arguments, Evaluator e) {
    List<Object> reversed = copy(value, e);
    Collections.reverse(reversed);
    return value instanceof String
        ? String.join("", strings(reversed))
        : new Generator(() -> reversed);
  }

  private static List<String> strings(List<Object> values) {
    return values.stream().map(PythonTypes::text).toList();
  }

  private static Object join(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("join", "d", "attribute");
    String separator = e.text(bound.get("d", ""));
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Object item : SelectionFilters.attributes(value, bound, e)) {
      String text = e.text(item);
      e.budget().allocate((long) text.length() + separator.length());
      joined.append(first ? "" : separator).append(text);
      first = false;
    }
    return joined.toString();
  }

  private static Object items(Object value, Arguments arguments, Evaluator e) {
    if (value instanceof Undefined) {
      return new ArrayList<>();
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw new TemplateFailure("items() needs a mapping, got " + PythonTypes.name(value));
    }
    List<Object> entries = new ArrayList<>(e.attributes().items(map));
    return new Generator(() -> entries);
  }

  private static Object sortedEntries(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
    if (!(value instanceof Map<?, ?> map)) {
      throw new TemplateFailure("dictsort needs a mapping, got " + PythonTypes.name(value));
    }
    String by = PythonTypes.text(bound.get("by", "key"));
    if (!by.equals("key") && !by.equals("value")) {
      throw new TemplateFailure("dictsort sorts by key or value, not by " + by);
    }
    int part = by.equals("key") ? 0 : 1;
    List<Object> entries = new ArrayList<>(e.attributes().items(map));
    Comparator<Object> order = SelectionFilters.order(bound, e);
    sort(entries, (a, b) -> order.compare(((Tuple) a).get(part), ((Tuple) b).get(part)), bound);
    return entries;
  }

  private static Object sort(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
    List<Object> sorted = copy(value, e);
    sort(sorted, SelectionFilters.attributeOrder(bound, e), bound);
    return sorted;
  }

  private static void sort(List<Object> values, Comparator<Object> order, Bound bound) {
    try {
      values.sort(bound.flag("reverse", false) ? order.reversed() : order);
    } catch (IllegalArgumentException e) {
      throw new TemplateFailure("the values have no order"); // NaN
    }
  }

  private static Object extreme(Object value, Bound bound, Evaluator e) {
    Comparator<Object> order = SelectionFilters.attributeOrder(bound, e);
    List<Object> elements = elements(value, e);
    if (elements.isEmpty()) {
      return new Undefined("the sequence is empty");
    }
    int sign = bound.function().equals("min") ? 1 : -1;
    Object best = elements.get(0);
    for (Object element : elements) {
      if (order.compare(element, best) * sign < 0) {
        best = element;
      }
    }
    return best;
  }

  private static Object sum(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("sum", "attribute", "start");
    Object sum = bound.get("start", Numbers.of(0));
    for (Object item : SelectionFilters.attributes(value, bound, e)) {
      sum = e.operators().binary("+", sum, item);
    }
    return sum;
  }

  private static Object batch(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("batch", "linecount", "fill_with");
    int size = count(bound, "linecount");
    List<Object> elements = elements(value, e);
    List<Object> batches = new ArrayList<>();
    for (int start = 0; start < elements.size(); start += size) {
      int end = (int) Math.min(elements.size(), (long) start + size);
      List<Object> batch = new ArrayList<>(elements.subList(start, end));
      Object fill = bound.present("fill_with");
      if (fill != null) {
        e.budget().allocate(size);
        batch.addAll(Collections.nCopies(size - batch.size(), fill));
      }
      batches.add(batch);
      if (end == elements.size()) {
        break;
      }
    }
    return new Generator(() -> batches);
  }

  private static Object slices(Object value, Arguments arguments, Evaluator e) {
    Bound bound = arguments.bind("slice", "slices", "fill_with");
    int count = count(bound, "slices");
    e.budget().allocate(count);
    e.budget().step(count);
    List<Object> elements = elements(value, e);
    int size = elements.size() / count;
    int longer = elements.size() % count;
    List<Object> slices = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < count; i++) {
      int end = start + size + (i < longer ? 1 : 0);
      List<Object> slice = new ArrayList<>(elements.subList(start, end));
      Object fill = bound.present("fill_with");
      if (fill != null && longer > 0 && i >= longer) {
        slice.add(fill);
      }
      slices.add(slice);
      start = end;
    }
    return new Generator(() -> slices);
  }

  private static int count(Bound bound, String name) {
    int count = PythonTypes.index(bound.required(name));
    if (count < 1) {
      throw new TemplateFailure(bound.function() + " needs a positive number, got " + count);
    }
    return count;
  }
}
