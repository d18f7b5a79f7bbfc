package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.MaskFilling;
import io.parlance.MaskPrediction;
import io.parlance.Nlp;
import io.parlance.TextInput;
import io.parlance.task.MaskFiller;
import io.parlance.tokenizers.Truncation;
import java.util.List;
import picocli.CommandLine.Command;

/** Says what could stand in the masks of texts. */
@Command(
    name = "fill-mask",
    description = {
      "Says what could stand in the masks of texts.",
      "A line in: {\"text\"}; a line out: {\"predictions\": [{\"token\", \"token_id\", \"score\", "
          + "\"sequence\"}, ...]}, a list of lists for several masks."
    })
final class FillMaskCommand extends TextTaskCommand<MaskFilling> {

  private static final TaskOption TOP_K =
      TaskOption.wholeNumber("top_k", 1, "How many tokens for each mask; 5 if not given.");
  private static final TaskOption TARGETS =
      TaskOption.texts("targets", "The only words to choose from; all if not given.");

  private static final TaskOption TOKENIZER =
      TaskOption.nested(
          "tokenizer_kwargs",
          "The same two options as the reference takes them.",
          TruncationOptions.TRUNCATION,
          TruncationOptions.MAX_LENGTH);

  private static final TaskOptions OPTIONS =
      new TaskOptions(
          TOP_K, TARGETS, TruncationOptions.TRUNCATION, TruncationOptions.MAX_LENGTH, TOKENIZER);

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  void use(Nlp.Builder builder, String source) {
    builder.maskFiller(source);
  }

  @Override
  void load(Nlp nlp) {
    nlp.maskFiller().maskToken();
  }

  @Override
  TextInput input(Line line) {
    return TextInput.of(line.text("text"));
  }

  @Override
  MaskFiller task(Nlp nlp, JsonObject given) {
    JsonObject options = given.deepCopy();
    if (given.has(TOKENIZER.name())) {
      given
          .getAsJsonObject(TOKENIZER.name())
          .entrySet()
          .forEach(entry -> options.add(entry.getKey(), entry.getValue()));
    }
    MaskFiller filler = nlp.maskFiller();
    Integer topK = TaskOptions.wholeNumber(options, TOP_K.name());
    if (topK != null) {
      filler = filler.topK(topK);
    }
    List<String> targets = TaskOptions.texts(options, TARGETS.name());
    if (targets != null) {
      filler = filler.targets(targets);
    }
    Truncation truncation = TruncationOptions.truncation(options);
    if (truncation != null) {
      filler = filler.truncation(truncation);
    }
    Integer maxLength = TaskOptions.wholeNumber(options, TruncationOptions.MAX_LENGTH.name());
    return maxLength == null ? filler : filler.maxLength(maxLength);
  }

  @Override
  JsonObject describe(MaskFilling filling) {
    JsonArray masks = new JsonArray();
    for (List<MaskPrediction> mask : filling.masks()) {
      JsonArray predictions = new JsonArray();
      for (MaskPrediction each : mask) {
        JsonObject prediction = new JsonObject();
        prediction.addProperty("token", each.token());
        prediction.addProperty("token_id", each.tokenId());
        prediction.add("score", Json.number(each.score()));
        prediction.addProperty("sequence", each.sequence());
        predictions.add(prediction);
      }
      masks.add(predictions);
    }
    JsonObject answer = new JsonObject();
    answer.add("predictions", masks.size() == 1 ? masks.get(0) : masks);
    if (filling.truncated()) {
      answer.addProperty("truncated", true);
    }
    return answer;
  }
}
