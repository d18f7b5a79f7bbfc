package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.Classification;
import io.parlance.Execution;
import io.parlance.NlpException;
import io.parlance.QueuePolicy;
import io.parlance.ScoreFunction;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.cache.CachePolicy;
import io.parlance.cache.ResultCache;
import io.parlance.model.ModelSource;
import io.parlance.tokenizers.Truncation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every text-classification case of the reference pipelines. */
class ReferenceClassificationTest {
  private static final double TOLERANCE = 1e-4; // as the fixtures state it

  @ParameterizedTest
  @ValueSource(
      strings = {
        "textcls-bert",
        "textcls-bert-regression",
        "textcls-roberta-multilabel",
        "textcls-xlmr-pair"
      })
  void givesTheNumbersOfTheReference(String name) throws Exception {
    JsonArray cases = TestModels.json(name, "pipelines.json").getAsJsonArray("cases");
    int checked = 0;
    try (TaskModels model = open(name)) {
      for (JsonElement each : cases) {
        JsonObject one = each.getAsJsonObject();
        // all labels in the model's order, an output shape of its own
        if (!one.getAsJsonObject("options").has("return_all_scores")) {
          check(model, one);
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(50);
  }

  static TaskModels open(String name) {
    ModelSource source = ModelSource.of(TestModels.folder(name));
    return new TaskModels(
        task -> source,
        Execution.cpu(),
        new ResultCache(CachePolicy.none()),
        QueuePolicy.defaults());
  }

  private static void check(TaskModels model, JsonObject one) {
    String name = one.get("name").getAsString();
    JsonObject options = one.getAsJsonObject("options");
    TextClassifier classifier = configure(model.classifier(), options);
    List<TextInput> inputs = inputs(one.getAsJsonObject("input"));
    // later versions apply no function to regressions, which is right; where they differ, they are
    // given too
    JsonElement expected =
        one.has("expected_4_47") ? one.get("expected_4_47") : one.get("expected");
    if (expected.isJsonObject() && expected.getAsJsonObject().has("error")) {
      assertThatThrownBy(() -> classifier.processAll(inputs))
          .as(name)
          .isInstanceOf(NlpException.class);
      return;
    }
    List<Classification> results = classifier.processAll(inputs);
    List<JsonElement> perInput = perInput(expected, inputs.size());
    assertThat(results).as(name).hasSameSizeAs(perInput);
    for (int i = 0; i < results.size(); i++) {
      checkLabels(name, perInput.get(i), results.get(i));
    }
  }

  private static TextClassifier configure(TextClassifier view, JsonObject options) {
    TextClassifier classifier = options.has("top_k") ? view : view.topK(1);
    if (options.has("top_k") && !options.get("top_k").isJsonNull()) {
      classifier = classifier.topK(options.get("top_k").getAsInt());
    }
    if (options.has("function_to_apply")) {
      String function = options.get("function_to_apply").getAsString();
      classifier = classifier.function(ScoreFunction.valueOf(function.toUpperCase(Locale.ROOT)));
    }
    if (options.has("truncation")) {
      String truncation = options.get("truncation").getAsString();
      classifier =
          classifier.truncation(
              truncation.equals("true")
                  ? Truncation.LONGEST_FIRST
                  : Truncation.valueOf(truncation.toUpperCase(Locale.ROOT)));
    }
    return options.has("max_length")
        ? classifier.maxLength(options.get("max_length").getAsInt())
        : classifier;
  }

  private static List<TextInput> inputs(JsonObject input) {
    List<TextInput> inputs = new ArrayList<>();
    if (input.has("texts")) {
      input.getAsJsonArray("texts").forEach(text -> inputs.add(TextInput.of(text.getAsString())));
    } else if (input.has("pairs")) {
      input.getAsJsonArray("pairs").forEach(pair -> inputs.add(input(pair.getAsJsonObject())));
    } else if (input.has("pairs_list")) { // [[[text, pair]]]
      JsonArray pair =
          input.getAsJsonArray("pairs_list").get(0).getAsJsonArray().get(0).getAsJsonArray();
      inputs.add(TextInput.pair(pair.get(0).getAsString(), pair.get(1).getAsString()));
    } else {
      inputs.add(input(input));
    }
    return inputs;
  }

  private static TextInput input(JsonObject one) {
    String text = one.get("text").getAsString();
    return one.has("text_pair")
        ? TextInput.pair(text, one.get("text_pair").getAsString())
        : TextInput.of(text);
  }

  private static List<JsonElement> perInput(JsonElement expected, int inputs) {
    if (expected.isJsonObject()) {
      return List.of(expected);
    }
    JsonArray list = expected.getAsJsonArray();
    return inputs == 1 && list.get(0).isJsonObject() ? List.of(list) : list.asList();
  }

  private static void checkLabels(String name, JsonElement expected, Classification result) {
    List<JsonElement> labels =
        expected.isJsonArray() ? expected.getAsJsonArray().asList() : List.of(expected);
    assertThat(result.labels()).as(name).hasSameSizeAs(labels);
    for (int i = 0; i < labels.size(); i++) {
      JsonObject label = labels.get(i).getAsJsonObject();
      assertThat(result.labels().get(i).label())
          .as(name)
          .isEqualTo(label.get("label").getAsString());
      assertThat(result.labels().get(i).score())
          .as(name)
          .isCloseTo(label.get("score").getAsDouble(), within(TOLERANCE));
    }
    assertThat(result.label()).isEqualTo(result.labels().get(0).label());
    assertThat(result.score()).isEqualTo(result.labels().get(0).score());
  }
}
