package io.parlance.tokenizers.chat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The evaluated arguments of a call, a filter or a test. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments EMPTY = new Arguments(List.of(), Map.of());

  /** Gives each argument the name of its parameter; too many and unknown ones are an error. */
  Bound bind(String function, String... parameters) {
    if (positional.size() > parameters.length) {
      throw new TemplateFailure(
          function
              + "() takes at most "
              + parameters.length
              + " arguments ("
              + positional.size()
              + " given)");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < positional.size(); i++) {
      values.put(parameters[i], positional.get(i));
    }
    List<String> known = List.of(parameters);
    named.forEach(
        (name, value) -> {
          if (!known.contains(name)) {
            throw new TemplateFailure(
                function + "() got an unexpected keyword argument '" + name + "'");
          }
          if (values.put(name, value) != null) {
            throw new TemplateFailure(function + "() got multiple values for '" + name + "'");
          }
        });
    return new Bound(function, values);
  }

  /** The arguments without the first ones. */
  Arguments from(int first) {
    return new Arguments(positional.subList(first, positional.size()), named);
  }
}
