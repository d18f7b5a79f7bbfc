package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.Aggregation;
import io.parlance.Entity;
import io.parlance.EntityExtraction;
import io.parlance.InvalidInputException;
import io.parlance.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Token-classification cases of the reference pipelines. */
class ReferenceEntitiesTest {
  private static final double TOLERANCE = 1e-4; // as the fixtures state it

  @ParameterizedTest
  @ValueSource(strings = {"ner-bert-uncased-io", "ner-roberta-bio", "ner-xlmr-plain"})
  void givesTheEntitiesOfTheReference(String name) throws Exception {
    JsonArray cases = TestModels.json(name, "pipelines.json").getAsJsonArray("cases");
    try (TaskModels model = ReferenceClassificationTest.open(name)) {
      for (JsonElement each : cases) {
        check(model, each.getAsJsonObject());
      }
    }
    assertThat(cases).hasSizeGreaterThan(30);
  }

  private static void check(TaskModels model, JsonObject one) {
    String name = one.get("name").getAsString();
    EntityExtractor extractor = configure(model.entityExtractor(), one.getAsJsonObject("options"));
    JsonObject input = one.getAsJsonObject("input");
    List<String> texts =
        input.has("texts")
            ? input.getAsJsonArray("texts").asList().stream().map(JsonElement::getAsString).toList()
            : List.of(input.get("text").getAsString());
    JsonElement expected = one.get("expected");
    if (expected.isJsonObject()) {
      assertThatThrownBy(() -> extractor.extract(texts))
          .as(name)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("stride ");
      return;
    }
    List<EntityExtraction> results = extractor.extract(texts);
    for (int i = 0; i < texts.size(); i++) {
      JsonElement ofText = input.has("texts") ? expected.getAsJsonArray().get(i) : expected;
      checkEntities(name, texts.get(i), ofText.getAsJsonArray(), results.get(i).entities());
    }
  }

  private static EntityExtractor configure(EntityExtractor view, JsonObject options) {
    String strategy = options.get("aggregation_strategy").getAsString();
    EntityExtractor extractor =
        view.aggregation(Aggregation.valueOf(strategy.toUpperCase(Locale.ROOT)));
    extractor =
        options.has("stride")
            ? extractor.stride(options.get("stride").getAsInt())
            : extractor.oneWindow();
    if (options.has("model_max_length")) {
      extractor = extractor.maxLength(options.get("model_max_length").getAsInt());
    }
    if (options.has("ignore_labels")) {
      List<String> ignored = new ArrayList<>();
      options.getAsJsonArray("ignore_labels").forEach(label -> ignored.add(label.getAsString()));
      extractor = extractor.ignoreLabels(ignored);
    }
    return extractor;
  }

  private static void checkEntities(
      String name, String text, JsonArray expected, List<Entity> entities) {
    assertThat(entities).as(name).hasSameSizeAs(expected);
    for (int i = 0; i < entities.size(); i++) {
      JsonObject want = expected.get(i).getAsJsonObject();
      Entity entity = entities.get(i);
      boolean grouped = want.has("entity_group");
      assertThat(entity)
          .as(name)
          .usingRecursiveComparison()
          .ignoringFields("score")
          .isEqualTo(
              new Entity(
                  want.get(grouped ? "entity_group" : "entity").getAsString(),
                  0,
                  want.get("start_utf16").getAsInt(),
                  want.get("end_utf16").getAsInt(),
                  text.substring(entity.start(), entity.end()),
                  want.get("word").getAsString(),
                  grouped ? Entity.NO_INDEX : want.get("index").getAsInt()));
      assertThat(entity.score())
          .as(name)
          .isCloseTo(want.get("score").getAsDouble(), within(TOLERANCE));
    }
  }
}
