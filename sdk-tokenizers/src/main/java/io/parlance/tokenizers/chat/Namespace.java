package io.parlance.tokenizers.chat;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one value that a template may change: {@code namespace(...)}. */
final class Namespace {
  private final Map<String, Object> attributes = new LinkedHashMap<>();

  Map<String, Object> attributes() {
    return attributes;
  }
}
