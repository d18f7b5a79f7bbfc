package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.Classification;
import io.parlance.LabelScore;
import io.parlance.TestModels;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Classifiers as optimum exports them: graph outputs and task results. */
class ExportedClassifierTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @ValueSource(
      strings = {"bert-sequence-classification", "bert-sequence-classification-multilabel"})
  void graphGivesTheReferenceLogits(String name) throws Exception {
    ModelFolder folder = ModelFolder.open(ModelSource.of(TestModels.folder(name)));
    try (Session session = folder.loadGraph(ModelFolder.MODEL, SessionOptions.defaults())) {
      for (JsonElement each : TestModels.json(name, "expected.json").getAsJsonArray("cases")) {
        JsonObject one = each.getAsJsonObject();
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        one.getAsJsonObject("inputs")
            .entrySet()
            .forEach(e -> inputs.put(e.getKey(), longs(e.getValue())));
        try (Outputs outputs = session.run(inputs)) {
          for (Map.Entry<String, JsonElement> expected :
              one.getAsJsonObject("outputs").entrySet()) {
            assertClose(outputs.get(expected.getKey()), expected.getValue().getAsJsonObject());
          }
        } finally {
          inputs.values().forEach(Tensor::close);
        }
      }
    }
  }

  private static void assertClose(Tensor actual, JsonObject expected) {
    assertThat(actual.shape())
        .containsExactly(
            expected.getAsJsonArray("shape").asList().stream()
                .mapToLong(JsonElement::getAsLong)
                .toArray());
    JsonArray data = expected.getAsJsonArray("data");
    double[] values = actual.toDoubleArray();
    for (int i = 0; i < values.length; i++) {
      assertThat(values[i]).isCloseTo(data.get(i).getAsDouble(), within(TOLERANCE));
    }
  }

  private static Tensor longs(JsonElement tensor) {
    JsonObject json = tensor.getAsJsonObject();
    return Tensor.of(
        json.getAsJsonArray("data").asList().stream().mapToLong(JsonElement::getAsLong).toArray(),
        json.getAsJsonArray("shape").asList().stream().mapToLong(JsonElement::getAsLong).toArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bert-sequence-classification", "bert-sequence-classification-multilabel"})
  void textsGiveTheReferenceScores(String name) throws Exception {
    JsonObject expected = TestModels.json(name, "expected.json");
    List<String> texts = new ArrayList<>();
    for (JsonElement text : expected.getAsJsonArray("texts")) {
      if (!text.getAsJsonObject().has("text_pair")) {
        texts.add(text.getAsJsonObject().get("text").getAsString());
      }
    }
    JsonArray results = expected.getAsJsonArray("results");
    try (TaskModels model = ReferenceClassificationTest.open(name)) {
      List<Classification> classified = model.classifier().classify(texts);
      for (int i = 0; i < results.size(); i++) {
        JsonObject one = results.get(i).getAsJsonObject();
        JsonObject scores = one.has("scores") ? one.getAsJsonObject("scores") : one;
        Classification result = classified.get(i);
        assertThat(result.labels()).hasSize(scores.size());
        for (LabelScore label : result.labels()) {
          assertThat(label.score())
              .isCloseTo(scores.get(label.label()).getAsDouble(), within(TOLERANCE));
        }
        assertThat(result.untruncatedTokenCount())
            .isEqualTo(
                expected
                    .getAsJsonArray("texts")
                    .get(i)
                    .getAsJsonObject()
                    .getAsJsonArray("input_ids")
                    .size());
      }
    }
  }
}
