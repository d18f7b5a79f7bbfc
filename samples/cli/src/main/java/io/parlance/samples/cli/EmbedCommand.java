package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.Embedding;
import io.parlance.Nlp;
import io.parlance.Pooling;
import io.parlance.TextInput;
import io.parlance.task.TextEmbedder;
import io.parlance.tokenizers.Truncation;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Makes vectors of texts. */
@Command(
    name = "embed",
    description = {
      "Makes vectors of texts.",
      "A line in: {\"text\"}; a line out: {\"embedding\": [...]}."
    })
final class EmbedCommand extends TextTaskCommand<Embedding> {

  private static final TaskOption POOLING =
      TaskOption.word(
          "pooling",
          "How the tokens' vectors become one; the model's own way if not given.",
          "cls",
          "mean",
          "max",
          "mean_sqrt_len",
          "weighted_mean",
          "last");
  private static final TaskOption NORMALIZE =
      TaskOption.flag("normalize", "Whether vectors get length 1; as the model says if not given.");
  private static final TaskOption PROMPT_NAME =
      TaskOption.text("prompt_name", "A prompt of the model that is put before each text.");
  private static final TaskOption PROMPT =
      TaskOption.text("prompt", "What is put before each text.");

  private static final TaskOptions OPTIONS =
      new TaskOptions(
          POOLING,
          NORMALIZE,
          PROMPT_NAME,
          PROMPT,
          TruncationOptions.TRUNCATION,
          TruncationOptions.MAX_LENGTH);

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  void use(Nlp.Builder builder, String source) {
    builder.embedder(source);
  }

  @Override
  void load(Nlp nlp) {
    nlp.embedder().dimension();
  }

  @Override
  TextInput input(Line line) {
    return TextInput.of(line.text("text"));
  }

  @Override
  TextEmbedder task(Nlp nlp, JsonObject options) {
    TextEmbedder embedder = nlp.embedder();
    String pooling = TaskOptions.word(options, POOLING.name());
    if (pooling != null) {
      embedder = embedder.pooling(Pooling.valueOf(pooling.toUpperCase(Locale.ROOT)));
    }
    if (options.has(NORMALIZE.name())) {
      embedder = embedder.normalize(TaskOptions.flag(options, NORMALIZE.name(), false));
    }
    String promptName = TaskOptions.word(options, PROMPT_NAME.name());
    if (promptName != null) {
      embedder = embedder.promptName(promptName);
    }
    String prompt = TaskOptions.word(options, PROMPT.name());
    if (prompt != null) {
      embedder = embedder.prompt(prompt);
    }
    Truncation truncation = TruncationOptions.truncation(options);
    if (truncation != null) {
      embedder = embedder.truncation(truncation);
    }
    Integer maxLength = TaskOptions.wholeNumber(options, TruncationOptions.MAX_LENGTH.name());
    return maxLength == null ? embedder : embedder.maxLength(maxLength);
  }

  @Override
  JsonObject describe(Embedding embedding) {
    JsonArray vector = new JsonArray();
    for (float value : embedding.vector()) {
      vector.add(Json.number(value));
    }
    JsonObject answer = new JsonObject();
    answer.add("embedding", vector);
    if (embedding.truncated()) {
      answer.addProperty("truncated", true);
    }
    return answer;
  }
}
