package io.parlance.samples.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options of a command kept in a file: a JSON object, or properties where the name ends in {@code
 * .properties}. Keys are the options' names without dashes in front, {@code learning-rate} or
 * {@code learning_rate}. What stands on the command line wins.
 */
final class Recipe {

  private final Path file;
  private final Map<String, String> values;

  private Recipe(Path file, Map<String, String> values) {
    this.file = file;
    this.values = values;
  }

  static Recipe read(Path file) {
    try {
      Map<String, String> values = new LinkedHashMap<>();
      (file.toString().endsWith(".properties") ? properties(file) : json(file))
          .forEach((key, value) -> values.put(key.replace('_', '-'), value));
      return new Recipe(file, values);
    } catch (IOException e) {
      throw new RefusedException("cannot read recipe " + file + ": " + Failure.reason(e), e);
    } catch (IllegalArgumentException | InvalidLineException e) {
      throw new RefusedException("recipe " + file + ": " + Failure.message(e), e);
    }
  }

  private static Map<String, String> properties(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    Map<String, String> values = new TreeMap<>();
    properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
    return values;
  }

  private static Map<String, String> json(Path file) throws IOException {
    JsonObject object = Json.object(Files.readString(file));
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
      if (!entry.getValue().isJsonPrimitive()) {
        throw new InvalidLineException(
            "'"
                + entry.getKey()
                + "' must be a text, a number or true or false, found "
                + Json.excerpt(entry.getValue()));
      }
      values.put(entry.getKey(), entry.getValue().getAsString());
    }
    return values;
  }

  private @Nullable String value(OptionSpec option) {
    return values.get(key(option.longestName()));
  }

  private static String key(String option) {
    return option.replaceFirst("^--?", "");
  }

  /** Refuses keys that name no option of the command. */
  private void check(CommandSpec command) {
    List<String> known = new ArrayList<>();
    command.options().forEach(option -> known.add(key(option.longestName())));
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        String nearest = Spelling.nearest(key, known);
        throw new RefusedException(
            "recipe "
                + file
                + ": unknown option '"
                + key
                + "'"
                + (nearest == null ? "" : ", did you mean '" + nearest + "'?"));
      }
    }
  }

  /**
   * Takes the values that the command line does not give from the file that {@code --recipe} names.
   */
  static final class Defaults implements IDefaultValueProvider {

    private @Nullable Recipe recipe;

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
      if (!(argument instanceof OptionSpec option)) {
        return null;
      }
      Path file = argument.command().findOption("--recipe").getValue();
      if (file == null) {
        return null;
      }
      if (recipe == null || !recipe.file.equals(file)) {
        recipe = read(file);
        recipe.check(argument.command());
      }
      return recipe.value(option);
    }
  }
}
