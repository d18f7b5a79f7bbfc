package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.FinishReason;
import io.parlance.Nlp;
import io.parlance.TextInput;
import io.parlance.TextPiece;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.task.TextGenerator;
import io.parlance.task.TextWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;

/**
 * A command that answers each line with a text that a model with an encoder writes from it. Token
 * ids in place of a text go to the model as they are.
 *
 * @param <V> the task's view
 * @param <R> its result
 */
abstract class WritingCommand<V extends TextWriter<V, R>, R> extends LineCommand {
  private static final Set<String> GENERATION =
      GenerationOption.all().stream().map(GenerationOption::key).collect(Collectors.toSet());

  @Mixin private ModelOptions model;

  /** Names the model for the task. */
  abstract void use(Nlp.Builder builder, String source);

  /** The task without options. */
  abstract V task(Nlp nlp);

  /** The task with those options of a line that generation does not know. */
  abstract V with(V task, JsonObject options);

  /** Whole texts, best first. */
  abstract List<String> texts(R result);

  abstract List<TextPiece> pieces(R result);

  /** Adds what only this task tells. */
  abstract void describe(R result, JsonObject answer);

  /** The options of generation, those of all such tasks, and these. */
  static TaskOptions options(TaskOption... own) {
    return new TaskOptions(
        Stream.of(
                Stream.of(own),
                Stream.of(
                    TaskOption.flag(
                        "truncation", "Cut a text that is too long instead of taking it apart."),
                    TaskOption.flag(
                        "clean_up_tokenization_spaces",
                        "Take spaces before punctuation out of what is written."),
                    TaskOption.flag(
                        "return_tensors", "Without effect: answers always have token ids.")),
                GenerationOption.all().stream().map(TaskOption::generation))
            .flatMap(each -> each)
            .toArray(TaskOption[]::new));
  }

  @Override
  final LineTask open() {
    Nlp nlp =
        model.open(
            (builder, source) -> {
              use(builder, source);
              builder.generator(source); // the same model, for lines with token ids
            });
    try {
      task(nlp).load(); // a model that cannot be loaded fails the run, not each line
    } catch (RuntimeException e) {
      nlp.close();
      throw e;
    }
    return new Writing(nlp);
  }

  private final class Writing implements LineTask {
    private final Nlp nlp;

    Writing(Nlp nlp) {
      this.nlp = nlp;
    }

    @Override
    public List<JsonObject> answer(List<Line> lines, JsonObject options) {
      JsonObject own = new JsonObject();
      JsonObject ofGeneration = new JsonObject();
      options
          .entrySet()
          .forEach(
              each ->
                  (GENERATION.contains(each.getKey()) ? ofGeneration : own)
                      .add(each.getKey(), each.getValue()));
      GenerationOptions generation = GenerationOptions.parse(ofGeneration);
      List<JsonObject> answers = new ArrayList<>();
      if (lines.stream().allMatch(line -> line.fields().has("input_ids"))) {
        refuse(own);
        TextGenerator generator = nlp.generator().with(generation);
        generator
            .generateFromTokens(lines.stream().map(GenerationAnswer::tokens).toList())
            .forEach(each -> answers.add(GenerationAnswer.describe(each)));
      } else if (lines.stream().noneMatch(line -> line.fields().has("input_ids"))) {
        V view = task(nlp).with(generation);
        view = view.truncate(TaskOptions.flag(own, "truncation", false));
        view = view.cleanUpSpaces(TaskOptions.flag(own, "clean_up_tokenization_spaces", false));
        List<TextInput> inputs =
            lines.stream().map(line -> TextInput.of(line.text("text"))).toList();
        with(view, own)
            .processAll(inputs)
            .forEach(each -> answers.add(WritingCommand.this.answer(each)));
      } else {
        lines.forEach(line -> answers.addAll(answer(List.of(line), options)));
      }
      return answers;
    }

    private static void refuse(JsonObject options) {
      for (String name : options.keySet()) {
        if (!name.equals("return_tensors")) {
          throw new InvalidOptionException(
              "option '" + name + "' is for texts; 'input_ids' go to the model as they are");
        }
      }
    }

    @Override
    public void close() {
      nlp.close();
    }
  }

  private JsonObject answer(R result) {
    List<TextPiece> pieces = pieces(result);
    List<String> texts = texts(result);
    JsonObject answer = new JsonObject();
    answer.addProperty("text", texts.get(0));
    if (pieces.size() == 1) {
      GenerationAnswer.describe(pieces.get(0).generation()).entrySet().stream()
          .filter(each -> !answer.has(each.getKey()))
          .forEach(each -> answer.add(each.getKey(), each.getValue()));
    } else {
      JsonArray tokens = new JsonArray();
      pieces.forEach(piece -> piece.generation().tokenIds().forEach(tokens::add));
      answer.add("token_ids", tokens);
      answer.addProperty("finish_reason", reason(pieces));
    }
    if (texts.size() > 1) {
      answer.add("sequences", sequences(texts, pieces));
    }
    if (pieces.size() > 1) {
      JsonArray described = new JsonArray();
      pieces.forEach(piece -> described.add(describe(piece)));
      answer.add("pieces", described);
    }
    describe(result, answer);
    return answer;
  }

  /** Why the first piece that met a limit ended, or else the last one. */
  private static String reason(List<TextPiece> pieces) {
    FinishReason reason = FinishReason.END_TOKEN;
    for (TextPiece piece : pieces) {
      reason = piece.generation().finishReason();
      if (!piece.isComplete()) {
        break;
      }
    }
    return GenerationAnswer.reason(reason);
  }

  private static JsonArray sequences(List<String> texts, List<TextPiece> pieces) {
    JsonArray sequences = new JsonArray();
    for (int rank = 0; rank < texts.size(); rank++) {
      JsonObject sequence = new JsonObject();
      sequence.addProperty("text", texts.get(rank));
      JsonArray tokens = new JsonArray();
      for (TextPiece piece : pieces) {
        var all = piece.generation().sequences();
        var chosen = all.get(Math.min(rank, all.size() - 1));
        chosen.tokenIds().forEach(tokens::add);
        if (pieces.size() == 1 && !Double.isNaN(chosen.score())) {
          sequence.add("score", Json.number(chosen.score()));
        }
      }
      sequence.add("token_ids", tokens);
      sequences.add(sequence);
    }
    return sequences;
  }

  private static JsonObject describe(TextPiece piece) {
    JsonObject described = new JsonObject();
    described.addProperty("start", piece.start());
    described.addProperty("end", piece.end());
    described.addProperty("text", piece.generation().text());
    if (!Double.isNaN(piece.generation().best().score())) {
      described.add("score", Json.number(piece.generation().best().score()));
    }
    described.add(
        "finish_reason",
        new JsonPrimitive(GenerationAnswer.reason(piece.generation().finishReason())));
    return described;
  }
}
