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

/** Classifies texts. */
@Command(
    name = "classify",
    description = {
      "Classifies texts, by the model's labels or, with --labels, by your own.",
      "A line in: {\"text\", \"text_pair\"?}; a line out: {\"labels\": [{\"label\", \"score\"}, "
          + "...]}, best first."
    })
final class ClassifyCommand extends TextTaskCommand<Classification> {

  private static final TaskOption TOP_K =
      TaskOption.wholeNumber("top_k", 1, "How many labels; all if not given.");
  private static final TaskOption FUNCTION =
      TaskOption.word(
          "function",
          "What makes scores of the model's outputs; the model's own if not given.",
          "softmax",
          "sigmoid",
          "none");
  private static final TaskOption LABELS =
      TaskOption.texts(
          "labels", "Labels of your own, for a natural language inference model; at least one.");
  private static final TaskOption TEMPLATE =
      TaskOption.text(
          "hypothesis_template",
          "What makes a hypothesis of a label; 'This example is {}.' if not given.");
  private static final TaskOption MULTI_LABEL =
      TaskOption.flag("multi_label", "Whether each of your labels is judged by itself.");

  private static final TaskOptions OPTIONS =
      new TaskOptions(
          TOP_K,
          FUNCTION,
          LABELS,
          TEMPLATE,
          MULTI_LABEL,
          TruncationOptions.TRUNCATION,
          TruncationOptions.MAX_LENGTH);

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  void use(Nlp.Builder builder, String source) {
    builder.classifier(source);
  }

  @Override
  void load(Nlp nlp) {
    nlp.classifier().labels();
  }

  @Override
  TextInput input(Line line) {
    return new TextInput(line.text("text"), line.optionalText("text_pair"));
  }

  @Override
  TextClassifier task(Nlp nlp, JsonObject options) {
    TextClassifier classifier = nlp.classifier();
    Integer topK = TaskOptions.wholeNumber(options, TOP_K.name());
    if (topK != null) {
      classifier = classifier.topK(topK);
    }
    String function = TaskOptions.word(options, FUNCTION.name());
    if (function != null) {
      classifier = classifier.function(scoreFunction(function));
    }
    List<String> labels = TaskOptions.texts(options, LABELS.name());
    if (labels != null) {
      classifier = classifier.labels(labels);
    }
    String template = TaskOptions.word(options, TEMPLATE.name());
    if (template != null) {
      classifier = classifier.hypothesisTemplate(template);
    }
    classifier = classifier.multiLabel(TaskOptions.flag(options, MULTI_LABEL.name(), false));
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

  @Override
  JsonObject describe(Classification classification) {
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
}
