package io.parlance.samples.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.parlance.FinishReason;
import io.parlance.GeneratedText;
import io.parlance.Generation;
import io.parlance.Nlp;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.task.TextGenerator;
import io.parlance.tokenizers.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** A command that answers each line with text that a model writes. */
abstract class GenerationCommand extends LineCommand {
  private static final TaskOptions OPTIONS =
      new TaskOptions(
          GenerationOption.all().stream().map(TaskOption::generation).toArray(TaskOption[]::new));

  @Mixin private ModelOptions model;

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
    return new Writing(nlp, field());
  }

  private record Writing(Nlp nlp, String field) implements LineTask {
    private static final Gson PLAIN =
        new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();
    private static final TypeToken<Map<String, @Nullable Object>> FIELDS = new TypeToken<>() {};

    @Override
    public List<JsonObject> answer(List<Line> lines, JsonObject options) {
      TextGenerator generator = nlp.generator().with(GenerationOptions.parse(options));
      List<JsonObject> answers = new ArrayList<>();
      if (lines.size() == 1 && lines.get(0).fields().has("messages")) {
        answers.add(describe(generator.chat(messages(lines.get(0)))));
      } else if (lines.stream().allMatch(line -> line.fields().has("input_ids"))) {
        generator
            .generateFromTokens(lines.stream().map(Writing::tokens).toList())
            .forEach(generation -> answers.add(describe(generation)));
      } else if (lines.stream().noneMatch(Writing::hasNoText)) {
        generator
            .generate(lines.stream().map(line -> line.text(field)).toList())
            .forEach(generation -> answers.add(describe(generation)));
      } else {
        lines.forEach(line -> answers.addAll(answer(List.of(line), options)));
      }
      return answers;
    }

    private static boolean hasNoText(Line line) {
      return line.fields().has("input_ids") || line.fields().has("messages");
    }

    private static List<ChatMessage> messages(Line line) {
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

    private static int[] tokens(Line line) {
      JsonElement given = line.fields().get("input_ids");
      if (!(given instanceof JsonArray list)) {
        throw new InvalidLineException(
            "field 'input_ids' must be a list of token ids, found " + Json.excerpt(given));
      }
      int[] tokens = new int[list.size()];
      for (int i = 0; i < tokens.length; i++) {
        try {
          tokens[i] = ((JsonPrimitive) list.get(i)).getAsBigDecimal().intValueExact();
        } catch (ArithmeticException | NumberFormatException | ClassCastException e) {
          throw new InvalidLineException(
              "field 'input_ids' must be a list of token ids, found "
                  + Json.excerpt(list.get(i))
                  + " in it");
        }
      }
      return tokens;
    }

    private static JsonObject describe(Generation generation) {
      JsonObject answer = describe(generation.best());
      answer.addProperty("finish_reason", reason(generation.finishReason()));
      if (generation.sequences().size() > 1) {
        JsonArray sequences = new JsonArray();
        generation.sequences().forEach(each -> sequences.add(describe(each)));
        answer.add("sequences", sequences);
      }
      if (generation.truncated()) {
        answer.addProperty("truncated", true);
      }
      return answer;
    }

    private static JsonObject describe(GeneratedText text) {
      JsonObject sequence = new JsonObject();
      sequence.addProperty("text", text.text());
      JsonArray tokens = new JsonArray();
      text.tokenIds().forEach(tokens::add);
      sequence.add("token_ids", tokens);
      if (!Double.isNaN(text.score())) {
        sequence.add("score", Json.number(text.score()));
      }
      return sequence;
    }

    private static String reason(FinishReason reason) {
      return switch (reason) {
        case END_TOKEN -> "eos_token";
        case LENGTH -> "length";
        case STOP_STRING -> "stop_string";
        case TIME -> "max_time";
        case CONDITION -> "condition";
      };
    }

    @Override
    public void close() {
      nlp.close();
    }
  }
}
