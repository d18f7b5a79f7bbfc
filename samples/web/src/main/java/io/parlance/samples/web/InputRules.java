package io.parlance.samples.web;

import io.parlance.InvalidInputException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What requests may hold, beyond what the SDK itself checks. */
@Component
final class InputRules {
  private static final int MOST_RESULTS = 1000;
  private final WebLimits limits;

  InputRules(WebLimits limits) {
    this.limits = limits;
  }

  /** A text that must be there. */
  String text(String field, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new InvalidInputException(
          "field '" + field + "' is " + (value == null ? "missing" : "empty") + "; give a text");
    }
    if (value.length() > limits.characters()) {
      throw new InvalidInputException(
          "field '%s' has %,d characters; at most %,d are taken"
              .formatted(field, value.length(), limits.characters()));
    }
    return value;
  }

  /** Texts of which at least one must be there. */
  List<String> texts(String field, @Nullable List<@Nullable String> values) {
    if (values == null || values.isEmpty()) {
      throw new InvalidInputException("field '" + field + "' is missing; give a list of texts");
    }
    if (values.size() > limits.documents()) {
      throw new InvalidInputException(
          "field '%s' has %,d entries; at most %,d are taken"
              .formatted(field, values.size(), limits.documents()));
    }
    for (int i = 0; i < values.size(); i++) {
      text(field + "[" + i + "]", values.get(i));
    }
    return List.copyOf(values);
  }

  /** How many results to give. */
  int results(int value) {
    return atMost("top_k", value, MOST_RESULTS);
  }

  /** How many tokens to write. */
  int newTokens(int value) {
    return atMost("max_new_tokens", value, limits.newTokens());
  }

  /** How many beams to follow. */
  int beams(int value) {
    return atMost("num_beams", value, limits.beams());
  }

  private static int atMost(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new InvalidInputException(
          "option '%s' is %,d; it must be from 1 to %,d".formatted(option, value, most));
    }
    return value;
  }
}
