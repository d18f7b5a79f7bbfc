package io.parlance.generation;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import io.parlance.generation.constraint.Constraint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings for generation: those that are given, the rest has its default. Immutable.
 *
 * @param values each option with its value
 */
public record GenerationOptions(Map<GenerationOption<?>, Object> values) {
  /** Nothing given: greedy search for 20 tokens. */
  public static final GenerationOptions NONE = new GenerationOptions(Map.of());

  public GenerationOptions {
    values = Map.copyOf(values);
  }

  /**
   * Reads what a caller gives; a key with null counts as not given.
   *
   * @throws InvalidInputException for an unknown key or a value that its option does not take
   */
  public static GenerationOptions parse(JsonObject json) {
    List<String> unknown = new ArrayList<>();
    GenerationOptions options = parse(json, unknown);
    if (!unknown.isEmpty()) {
      throw new InvalidInputException(
          "unknown generation option '"
              + unknown.get(0)
              + "'; known are "
              + GenerationOption.all());
    }
    return options;
  }

  /**
   * Reads a file, which may say more than concerns us.
   *
   * @param unknown takes the keys that are no options
   */
  static GenerationOptions parse(JsonObject json, List<String> unknown) {
    Map<GenerationOption<?>, Object> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
      GenerationOption<?> option = find(entry.getKey());
      if (option == null) {
        unknown.add(entry.getKey());
      } else if (!entry.getValue().isJsonNull()) {
        values.put(option, option.parse(entry.getValue()));
      }
    }
    return new GenerationOptions(values);
  }

  private static @Nullable GenerationOption<?> find(String key) {
    for (GenerationOption<?> option : GenerationOption.all()) {
      if (option.key().equals(key)) {
        return option;
      }
    }
    return null;
  }

  /**
   * The same with another value.
   *
   * @throws InvalidInputException if the option does not take it
   */
  public <T> GenerationOptions with(GenerationOption<T> option, T value) {
    Map<GenerationOption<?>, Object> changed = new LinkedHashMap<>(values);
    changed.put(option, option.check(value));
    return new GenerationOptions(changed);
  }

  /** The same without a value for an option. */
  public GenerationOptions without(GenerationOption<?> option) {
    Map<GenerationOption<?>, Object> changed = new LinkedHashMap<>(values);
    changed.remove(option);
    return new GenerationOptions(changed);
  }

  /**
   * What the text of an answer is held to, or null where it is free.
   *
   * @throws InvalidInputException if there is more than one constraint
   */
  @Nullable Constraint constraint() {
    List<Constraint> all = new ArrayList<>();
    List<String> choices = get(GenerationOption.CHOICES);
    if (choices != null) {
      all.add(new Constraint.Choices(choices));
    }
    String regex = get(GenerationOption.REGEX);
    if (regex != null) {
      all.add(new Constraint.Regex(regex));
    }
    JsonElement schema = get(GenerationOption.JSON_SCHEMA);
    if (schema != null) {
      all.add(new Constraint.Schema(schema));
    }
    if (all.size() > 1) {
      throw new InvalidInputException(
          "an answer is held to one of choices, regex and json_schema; found "
              + all.stream().map(Constraint::description).toList());
    }
    return all.isEmpty() ? null : all.get(0);
  }

  /** These, and under them those given here; a value here wins. */
  public GenerationOptions over(GenerationOptions base) {
    Map<GenerationOption<?>, Object> merged = new LinkedHashMap<>(base.values);
    merged.putAll(values);
    return new GenerationOptions(merged);
  }

  /** A value, or null where it is not given. */
  public <T> @Nullable T get(GenerationOption<T> option) {
    return option.cast(values.get(option));
  }

  /** A value, or what holds without it. */
  public <T> T get(GenerationOption<T> option, T otherwise) {
    T value = get(option);
    return value == null ? otherwise : value;
  }
}
