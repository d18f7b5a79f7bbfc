package io.parlance.tokenizers.chat;

import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a call by the names of the parameters. */
record Bound(String function, Map<String, Object> values) {

  @Nullable Object find(String name) {
    return values.get(name);
  }

  Object get(String name, Object fallback) {
    return values.getOrDefault(name, fallback);
  }

  Object required(String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new TemplateFailure(function + "() missing required argument '" + name + "'");
    }
    return value;
  }

  /** The argument, or null where it is left out or None. */
  @Nullable Object present(String name) {
    Object value = values.get(name);
    return value == None.NONE ? null : value;
  }

  boolean flag(String name, boolean fallback) {
    Object value = values.get(name);
    return value == null ? fallback : PythonTypes.truth(value);
  }

  int integer(String name, int fallback) {
    Object value = values.get(name);
    return value == null ? fallback : PythonTypes.index(value);
  }

  String text(String name) {
    return PythonTypes.text(required(name));
  }

  BigInteger whole(String name) {
    return Numbers.whole(required(name));
  }
}
