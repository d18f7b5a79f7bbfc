package io.parlance.samples.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options a task knows, for a whole run and for one line. Options that hold for a line are a
 * JSON object with the names of {@link TaskOption}, whatever way they came.
 */
final class TaskOptions {

  private final List<TaskOption> known;

  TaskOptions(TaskOption... known) {
    this.known = List.of(known);
  }

  /** Gives a command the options as flags. */
  void addTo(CommandSpec command) {
    for (TaskOption option : known) {
      command.addOption(spec(option, option.spelling(), false));
      if (!option.spelling().equals("--" + option.name())) { // as lines spell it
        command.addOption(spec(option, "--" + option.name(), true));
      }
    }
  }

  private static OptionSpec spec(TaskOption option, String spelling, boolean hidden) {
    return OptionSpec.builder(spelling)
        .paramLabel("<" + option.placeholder() + ">")
        .description(option.description())
        .type(String.class)
        .hidden(hidden)
        .build();
  }

  /** What the command line says for the whole run. */
  JsonObject ofRun(CommandSpec command) {
    JsonObject options = new JsonObject();
    for (TaskOption option : known) {
      for (String spelling : List.of("--" + option.name(), option.spelling())) {
        OptionSpec given = command.findOption(spelling);
        String argument = given == null ? null : given.getValue();
        if (argument != null) {
          options.add(option.name(), option.parse(argument));
        }
      }
    }
    return options;
  }

  /**
   * What holds for one line: its own options win over the run's, and null takes the run's away.
   *
   * @throws InvalidOptionException for an option that does not exist or a value it cannot have
   */
  JsonObject ofLine(JsonObject ofRun, JsonObject ofLine) {
    if (ofLine.isEmpty()) {
      return ofRun;
    }
    JsonObject merged = ofRun.deepCopy();
    for (Map.Entry<String, JsonElement> entry : ofLine.entrySet()) {
      TaskOption option = find(entry.getKey());
      if (entry.getValue().isJsonNull()) {
        merged.remove(entry.getKey());
      } else {
        option.check(entry.getKey(), entry.getValue());
        merged.add(entry.getKey(), entry.getValue());
      }
    }
    return merged;
  }

  private TaskOption find(String name) {
    for (TaskOption option : known) {
      if (option.name().equals(name)) {
        return option;
      }
    }
    List<String> names = known.stream().map(TaskOption::name).toList();
    String nearest = Spelling.nearest(name, names);
    throw new InvalidOptionException(
        "unknown option '"
            + name
            + "'"
            + (nearest == null ? "" : ", did you mean '" + nearest + "'?")
            + "; this command knows "
            + String.join(", ", names));
  }

  static @Nullable Integer wholeNumber(JsonObject options, String name) {
    JsonElement value = options.get(name);
    return value == null ? null : Integer.valueOf(value.getAsBigDecimal().intValueExact());
  }

  static @Nullable String word(JsonObject options, String name) {
    JsonElement value = options.get(name);
    return value == null ? null : value.getAsString();
  }

  static @Nullable List<String> texts(JsonObject options, String name) {
    JsonElement value = options.get(name);
    return value == null ? null : TaskOption.Texts.of(value);
  }

  static boolean flag(JsonObject options, String name, boolean otherwise) {
    String word = word(options, name);
    return word == null ? otherwise : Boolean.parseBoolean(word);
  }
}
