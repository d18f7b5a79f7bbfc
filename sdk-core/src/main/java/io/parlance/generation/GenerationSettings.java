package io.parlance.generation;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.model.GenAiConfig;
import io.parlance.model.ModelFolder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings for generation that come with a model, from its files. */
final class GenerationSettings {
  static final String GENERATION_CONFIG = "generation_config.json";

  private static final Logger LOG = LoggerFactory.getLogger(GenerationSettings.class);
  private static final String COPY = "_from_model_config";
  private static final String VERSION = "transformers_version";
  private static final Pattern MAJOR_MINOR = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");
  private static final int[] SETTINGS_LEFT_CONFIG = {4, 41};

  private GenerationSettings() {}

  /**
   * What {@code generation_config.json} says, or {@code config.json} where there is none, or where
   * the former was only made from it: transformers reads it anew then. A folder of ONNX Runtime
   * GenAI says it in its own file.
   */
  static GenerationOptions of(ModelFolder folder) {
    Optional<JsonObject> genAi = folder.genAi().map(GenAiConfig::generation);
    if (genAi.isPresent()) {
      return read(folder, genAi.get(), new ArrayList<>());
    }
    JsonObject config = folder.json("config.json").orElseThrow();
    JsonObject given = folder.json(GENERATION_CONFIG).orElse(null);
    if (given == null || isCopy(given, config)) {
      return read(folder, config, new ArrayList<>());
    }
    List<String> unknown = new ArrayList<>();
    GenerationOptions options = read(folder, given, unknown);
    unknown.removeIf(key -> key.startsWith("_") || key.equals(VERSION));
    if (!unknown.isEmpty()) {
      LOG.warn("{} of {} has keys that are not used: {}", GENERATION_CONFIG, folder, unknown);
    }
    return options;
  }

  /**
   * Whether the settings are in {@code config.json} and the other file is a copy of it. So it was
   * before transformers 4.41; since then settings, other than the ids of tokens, stay in {@code
   * config.json} only where it is an old one.
   */
  private static boolean isCopy(JsonObject given, JsonObject config) {
    boolean copied = given.get(COPY) instanceof JsonPrimitive flag && flag.getAsBoolean();
    return copied
        && (isOlder(given.get(VERSION))
            || GenerationOption.all().stream()
                .map(GenerationOption::key)
                .filter(key -> !key.endsWith("_token_id") && !key.equals("use_cache"))
                .anyMatch(key -> config.has(key) && !config.get(key).isJsonNull()));
  }

  private static boolean isOlder(JsonElement version) {
    Matcher numbers =
        MAJOR_MINOR.matcher(version instanceof JsonPrimitive text ? text.getAsString() : "");
    if (!numbers.matches()) {
      return false;
    }
    int major = Integer.parseInt(numbers.group(1));
    int minor = Integer.parseInt(numbers.group(2));
    return major < SETTINGS_LEFT_CONFIG[0]
        || major == SETTINGS_LEFT_CONFIG[0] && minor < SETTINGS_LEFT_CONFIG[1];
  }

  /**
   * What {@code task_specific_params} of {@code config.json} says, by the name of the task; also
   * what its {@code prefix} says for all of them.
   */
  static Map<String, TaskSettings> ofTasks(ModelFolder folder) {
    String prefix = folder.config().string("prefix").orElse("");
    Map<String, TaskSettings> tasks = new LinkedHashMap<>();
    tasks.put(TaskSettings.ANY, new TaskSettings(prefix, GenerationOptions.NONE));
    if (folder.config().element("task_specific_params").orElse(null) instanceof JsonObject all) {
      for (Map.Entry<String, JsonElement> entry : all.entrySet()) {
        if (entry.getValue() instanceof JsonObject task) {
          boolean has = task.get("prefix") instanceof JsonPrimitive;
          tasks.put(
              entry.getKey(),
              new TaskSettings(
                  has ? task.get("prefix").getAsString() : prefix,
                  read(folder, task, new ArrayList<>())));
        }
      }
    }
    return tasks;
  }

  private static GenerationOptions read(ModelFolder folder, JsonObject json, List<String> unknown) {
    JsonObject usable = new JsonObject();
    json.entrySet().stream()
        .filter(entry -> !isNegative(entry.getValue()) || !entry.getKey().endsWith("_token_id"))
        .forEach(entry -> usable.add(entry.getKey(), entry.getValue()));
    try {
      return GenerationOptions.parse(usable, unknown);
    } catch (InvalidInputException e) {
      throw new ModelUnusableException(
          "the generation settings of " + folder + " are wrong: " + e.getMessage(), e);
    }
  }

  /** Older files say -1 for a token that there is not. */
  private static boolean isNegative(JsonElement value) {
    if (value instanceof JsonArray list) {
      return list.asList().stream().anyMatch(GenerationSettings::isNegative);
    }
    return value instanceof JsonPrimitive number && number.isNumber() && number.getAsDouble() < 0;
  }
}
