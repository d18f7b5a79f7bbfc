package io.parlance.tokenizers.chat;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A filter of the template language. */
@FunctionalInterface
interface Filter {
  Map<String, Filter> ALL = all();

  Object apply(Object value, Arguments arguments, Evaluator evaluator);

  static @Nullable Filter named(String name) {
    return ALL.get(name);
  }

  private static Map<String, Filter> all() {
    Map<String, Filter> filters = new HashMap<>();
    TextFilters.addTo(filters);
    SequenceFilters.addTo(filters);
    SelectionFilters.addTo(filters);
    return Map.copyOf(filters);
  }
}
