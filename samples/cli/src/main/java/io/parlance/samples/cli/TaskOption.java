package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.parlance.InvalidInputException;
import io.parlance.generation.GenerationOption;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One option of a task: {@code top_k} on a line, {@code --top-k} on the command line.
 *
 * @param name in snake case, as the reference spells it
 * @param placeholder what stands for the value in the usage text
 * @param description for the usage text
 * @param kind which values it takes
 */
record TaskOption(String name, String placeholder, String description, Kind kind) {

  /** Which values an option takes. */
  sealed interface Kind {
    /** What is wrong with the value, or null where it is fine. */
    @Nullable String complaint(JsonElement value);
  }

  /** A whole number that is at least {@code minimum}. */
  record WholeNumber(int minimum) implements Kind {
    @Override
    public @Nullable String complaint(JsonElement value) {
      String expected = "must be a whole number of at least " + minimum;
      if (!(value instanceof JsonPrimitive number) || !number.isNumber()) {
        return expected;
      }
      try {
        return new BigDecimal(number.getAsString()).intValueExact() < minimum ? expected : null;
      } catch (ArithmeticException | NumberFormatException e) {
        return expected;
      }
    }
  }

  /** One of a few words; JSON's true and false count as words. */
  record Word(List<String> words) implements Kind {
    @Override
    public @Nullable String complaint(JsonElement value) {
      return value instanceof JsonPrimitive word && words.contains(word.getAsString())
          ? null
          : "must be one of " + String.join(", ", words);
    }
  }

  /** Any text. */
  record Text() implements Kind {
    @Override
    public @Nullable String complaint(JsonElement value) {
      return isText(value) ? null : "must be a string";
    }
  }

  /** A list of texts, or one string in which commas part them. */
  record Texts() implements Kind {
    @Override
    public @Nullable String complaint(JsonElement value) {
      boolean list =
          value.isJsonArray()
              && value.getAsJsonArray().asList().stream().allMatch(TaskOption::isText);
      return list || isText(value) ? null : "must be a list of strings or a string with commas";
    }

    /** The texts of a value that was checked. */
    static List<String> of(JsonElement value) {
      if (value.isJsonArray()) {
        return value.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
      }
      return Arrays.stream(value.getAsString().split(","))
          .map(String::strip)
          .filter(text -> !text.isEmpty())
          .toList();
    }
  }

  /** An object with some of these options. */
  record Nested(List<TaskOption> options) implements Kind {
    @Override
    public @Nullable String complaint(JsonElement value) {
      if (!value.isJsonObject()) {
        return "must be an object";
      }
      for (var entry : value.getAsJsonObject().entrySet()) {
        TaskOption option =
            options.stream().filter(o -> o.name().equals(entry.getKey())).findFirst().orElse(null);
        if (option == null) {
          return "may have only "
              + options.stream().map(TaskOption::name).collect(Collectors.joining(", "));
        }
        String complaint = option.kind().complaint(entry.getValue());
        if (complaint != null) {
          return "has a '" + entry.getKey() + "' that " + complaint;
        }
      }
      return null;
    }
  }

  /** What an option of text generation takes. */
  record Generation(GenerationOption<?> option) implements Kind {
    @Override
    public @Nullable String complaint(JsonElement value) {
      try {
        option.parse(value);
        return null;
      } catch (InvalidInputException e) {
        boolean ofKind = String.valueOf(e.getMessage()).startsWith(option.key() + " must be");
        return ofKind ? "must be " + option.expected() : "is refused: " + e.getMessage();
      }
    }

    /**
     * Numbers and lists are JSON; what is no JSON is a text. Regular expressions are texts, choices
     * a list or texts with commas between them, and a schema may be in a file.
     */
    JsonElement read(String argument) {
      if (option == GenerationOption.REGEX) {
        return new JsonPrimitive(argument);
      }
      if (option == GenerationOption.CHOICES && !argument.stripLeading().startsWith("[")) {
        JsonArray choices = new JsonArray();
        Texts.of(new JsonPrimitive(argument)).forEach(choices::add);
        return choices;
      }
      if (option == GenerationOption.JSON_SCHEMA && !argument.stripLeading().startsWith("{")) {
        return new JsonPrimitive(file(argument));
      }
      try {
        return JsonParser.parseString(argument);
      } catch (JsonParseException e) {
        return new JsonPrimitive(argument);
      }
    }
  }

  private static String file(String name) {
    try {
      return Files.readString(Path.of(name));
    } catch (IOException | InvalidPathException e) {
      throw new InvalidOptionException(
          "option '--json-schema' must be a JSON object or a file that has one; cannot read "
              + name
              + ": "
              + e);
    }
  }

  private static boolean isText(JsonElement value) {
    return value instanceof JsonPrimitive text && text.isString();
  }

  static TaskOption text(String name, String description) {
    return new TaskOption(name, "TEXT", description, new Text());
  }

  static TaskOption nested(String name, String description, TaskOption... options) {
    return new TaskOption(name, "JSON", description, new Nested(List.of(options)));
  }

  static TaskOption texts(String name, String description) {
    return new TaskOption(name, "TEXT,TEXT...", description, new Texts());
  }

  static TaskOption wholeNumber(String name, int minimum, String description) {
    return new TaskOption(name, "N", description, new WholeNumber(minimum));
  }

  static TaskOption word(String name, String description, String... words) {
    return new TaskOption(name, String.join("|", words), description, new Word(List.of(words)));
  }

  static TaskOption generation(GenerationOption<?> option) {
    return new TaskOption(option.key(), "VALUE", option.description(), new Generation(option));
  }

  /** A word that is true or false. */
  static TaskOption flag(String name, String description) {
    return word(name, description, "true", "false");
  }

  /** How it is spelled on the command line. */
  String spelling() {
    return "--" + name.replace('_', '-');
  }

  void check(String spelled, JsonElement value) {
    String complaint = kind.complaint(value);
    if (complaint != null) {
      throw new InvalidOptionException(
          "option '" + spelled + "' " + complaint + ", found " + Json.excerpt(value));
    }
  }

  /** The value of a command line's argument: a number where it reads as one, else a word. */
  JsonElement parse(String argument) {
    JsonElement value =
        kind instanceof Generation generation
            ? generation.read(argument)
            : new JsonPrimitive(argument);
    if (kind instanceof WholeNumber) {
      try {
        value = new JsonPrimitive(Integer.valueOf(argument));
      } catch (NumberFormatException e) {
        // stays a string, which the check refuses by name
      }
    }
    if (kind instanceof Nested) {
      try {
        value = Json.object(argument);
      } catch (RuntimeException e) {
        // stays a string too
      }
    }
    check(spelling(), value);
    return value;
  }
}
