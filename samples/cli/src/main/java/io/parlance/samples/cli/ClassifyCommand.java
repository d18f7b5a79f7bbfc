package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.Classification;
import io.parlance.LabelScore;
import io.parlance.Nlp;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.task.TextClassifier;
import io.parlance.tokenizers.Truncation;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Classifies texts. */
@Command(
    name = "classify",
    description = {
      "Classifies texts.",
      "A line in: {\"text\", \"text_pair\"?}; a line out: {\"labels\": [{\"label\", \"score\"}, "
          + "...]}, best first."
    })
final class ClassifyCommand extends LineCommand {

  private static final TaskOptions OPTIONS =
      new TaskOptions(
          TaskOption.wholeNumber("top_k", 1, "How many labels; all if not given."),
          TaskOption.word(
              "function",
              "What makes scores of the model's outputs; the model's own if not given.",
              "softmax",
              "sigmoid",
              "none"),
          TruncationOptions.TRUNCATION,
          TruncationOptions.MAX_LENGTH);

  @Mixin private ModelOptions model;

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  LineTask open() {
    Nlp.Builder builder = Nlp.builder().execution(model.execution());
    String source = model.model();
    if (source != null) {
      builder.classifier(source);
    }
    Nlp nlp = builder.build();
    try {
      nlp.classifier().labels(); // a model that cannot be loaded fails the run, not each line
    } catch (RuntimeException e) {
      nlp.close();
      throw e;
    }
    return new Classifying(nlp);
  }

  private record Classifying(Nlp nlp) implements LineTask {

    @Override
    public List<JsonObject> answer(List<Line> lines, JsonObject options) {
      List<TextInput> texts =
          lines.stream()
              .map(line -> new TextInput(line.text("text"), line.optionalText("text_pair")))
              .toList();
      return view(options).classifyAll(texts).stream().map(Classifying::describe).toList();
    }

    private TextClassifier view(JsonObject options) {
      TextClassifier classifier = nlp.classifier();
      Integer topK = TaskOptions.wholeNumber(options, "top_k");
      if (topK != null) {
        classifier = classifier.topK(topK);
      }
      String function = TaskOptions.word(options, "function");
      if (function != null) {
        classifier = classifier.function(scoreFunction(function));
      }
      Truncation truncation = TruncationOptions.truncation(options);
      if (truncation != null) {
        classifier = classifier.truncation(truncation);
      }
      Integer maxLength = TaskOptions.wholeNumber(options, TruncationOptions.MAX_LENGTH.name());
      return maxLength == null ? classifier : classifier.maxLength(maxLength);
    }

    private static ScoreFunction scoreFunction(String word) {
      return switch (word) {
        case "softmax" -> ScoreFunction.SOFTMAX;
        case "sigmoid" -> ScoreFunction.SIGMOID;
        default -> ScoreFunction.NONE;
      };
    }

    private static JsonObject describe(Classification classification) {
      JsonArray labels = new JsonArray();
      for (LabelScore each : classification.labels()) {
        JsonObject label = new JsonObject();
        label.addProperty("label", each.label());
        label.add("score", Json.number(each.score()));
        labels.add(label);
      }
      JsonObject answer = new JsonObject();
      answer.add("labels", labels);
      if (classification.truncated()) {
        answer.addProperty("truncated", true);
      }
      return answer;
    }

    @Override
    public void close() {
      nlp.close();
    }
  }
}
