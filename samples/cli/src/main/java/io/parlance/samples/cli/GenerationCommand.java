package io.parlance.samples.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.parlance.Nlp;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.task.TextGenerator;
import io.parlance.tokenizers.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that answers each line with text that a model writes. */
abstract class GenerationCommand extends LineCommand {
  private static final String TRUNCATION = "truncation";

  private static final TaskOptions OPTIONS =
      new TaskOptions(
          Stream.concat(
                  Stream.of(
                      TaskOption.flag(
                          TRUNCATION,
                          "Cut a prompt that leaves no room for the answer at its beginning;"
                              + " refused if not given.")),
                  GenerationOption.all().stream().map(TaskOption::generation))
              .toArray(TaskOption[]::new));

  @Mixin private ModelOptions model;

  @Option(
      names = "--assistant-model",
      paramLabel = "SOURCE",
      description =
          "A smaller model with the same tokens that guesses several of them; the answers are the "
              + "same, sooner.")
  private @Nullable String assistant;

  @Option(
      names = "--stream",
      negatable = true,
      description =
          "Write plain text as it comes, a line for each answer, instead of JSON; by default where "
              + "standard output is a terminal.")
  private @Nullable Boolean stream;

  @Override
  boolean streamsAnswers() {
    return stream == null ? streams().outIsTerminal() && !hasOutputFile() : stream;
  }

  /** The field of a line that has the text to read. */
  abstract String field();

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  LineTask open() {
    Nlp nlp = model.open(Nlp.Builder::generator);
    try {
      nlp.generator().load(); // a model that cannot be loaded fails the run, not each line
    } catch (RuntimeException e) {
      nlp.close();
      throw e;
    }
    TextGenerator generator = nlp.generator();
    return new Writing(
        nlp, assistant == null ? generator : generator.assistant(assistant), field());
  }

  private record Writing(Nlp nlp, TextGenerator plain, String field) implements StreamedTask {
    private static final Gson PLAIN =
        new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();
    private static final TypeToken<Map<String, @Nullable Object>> FIELDS = new TypeToken<>() {};

    @Override
    public List<JsonObject> answer(List<Line> lines, JsonObject options) {
      TextGenerator generator = view(options);
      List<JsonObject> answers = new ArrayList<>();
      if (lines.size() == 1 && lines.get(0).fields().has("messages")) {
        answers.add(GenerationAnswer.describe(generator.chat(messages(lines.get(0)))));
      } else if (lines.stream().allMatch(line -> line.fields().has("input_ids"))) {
        generator
            .generateFromTokens(lines.stream().map(GenerationAnswer::tokens).toList())
            .forEach(generation -> answers.add(GenerationAnswer.describe(generation)));
      } else if (lines.stream().noneMatch(Writing::hasNoText)) {
        generator
            .generate(lines.stream().map(line -> line.text(field)).toList())
            .forEach(generation -> answers.add(GenerationAnswer.describe(generation)));
      } else {
        lines.forEach(line -> answers.addAll(answer(List.of(line), options)));
      }
      return answers;
    }

    @Override
    public void stream(Line line, JsonObject options, Consumer<String> listener) {
      TextGenerator generator = view(options);
      try (Stream<String> pieces =
          line.fields().has("messages")
              ? generator.streamChat(messages(line))
              : line.fields().has("input_ids")
                  ? generator.streamFromTokens(GenerationAnswer.tokens(line))
                  : generator.stream(line.text(field))) {
        pieces.forEach(listener);
      }
    }

    private TextGenerator view(JsonObject options) {
      JsonObject ofGeneration = options.deepCopy();
      ofGeneration.remove(TRUNCATION);
      TextGenerator view = plain.with(GenerationOptions.parse(ofGeneration));
      return TaskOptions.flag(options, TRUNCATION, false) ? view.truncateLeft() : view;
    }

    private static boolean hasNoText(Line line) {
      return line.fields().has("input_ids") || line.fields().has("messages");
    }

    private List<ChatMessage> messages(Line line) {
      for (String other : List.of(field, "input_ids")) {
        if (line.fields().has(other)) {
          throw new InvalidLineException(
              "fields '" + other + "' and 'messages' exclude each other; leave one out");
        }
      }
      JsonElement given = line.fields().get("messages");
      List<ChatMessage> messages = new ArrayList<>();
      if (given instanceof JsonArray list) {
        for (JsonElement each : list) {
          if (each instanceof JsonObject message && message.has("role")) {
            Map<String, @Nullable Object> fields = PLAIN.fromJson(message, FIELDS.getType());
            messages.add(new ChatMessage(fields));
          }
        }
        if (messages.size() == list.size() && !messages.isEmpty()) {
          return messages;
        }
      }
      throw new InvalidLineException(
          "field 'messages' must be a list of objects with role and content, found "
              + Json.excerpt(given));
    }

    @Override
    public void close() {
      nlp.close();
    }
  }
}
