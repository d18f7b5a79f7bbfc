package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.ContinuationScore;
import io.parlance.ModelUnusableException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.cache.CachePolicy;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.TextScorer;
import io.parlance.model.ModelSource;
import io.parlance.runtime.SessionOptions;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Likelihoods that a GPT-2 without a cache gives in the reference. */
class ReferenceScoringTest {
  private static final double TOLERANCE = 1e-4;

  private static List<JsonObject> cases(String task) throws IOException {
    return TestModels.json("lm-gpt2", "pipelines.json").getAsJsonArray("cases").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .filter(each -> each.get("task").getAsString().equals(task))
        .toList();
  }

  @Test
  void continuationsHaveTheLikelihoodsOfTheReference() throws IOException {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("lm-gpt2")).build()) {
      for (JsonObject each : cases("multiple-choice")) {
        JsonObject input = each.getAsJsonObject("input");
        List<String> choices =
            input.getAsJsonArray("choices").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
        List<ContinuationScore> scores =
            nlp.generator().score(input.get("context").getAsString(), choices);
        List<JsonElement> expected =
            each.getAsJsonObject("expected").getAsJsonArray("choices").asList();
        assertThat(scores).hasSameSizeAs(expected);
        for (int i = 0; i < scores.size(); i++) {
          JsonObject choice = expected.get(i).getAsJsonObject();
          assertThat(scores.get(i).sum())
              .isCloseTo(choice.get("sum").getAsDouble(), within(TOLERANCE));
          assertThat(scores.get(i).mean())
              .isCloseTo(choice.get("mean").getAsDouble(), within(TOLERANCE));
        }
      }
    }
  }

  @Test
  void perplexityIsThatOfTheReference() throws IOException {
    try (GenerativeModel model =
        GenerativeModel.open(
            ModelSource.of(TestModels.folder("lm-gpt2")),
            SessionOptions.defaults(),
            CachePolicy.none())) {
      TextScorer scorer = new TextScorer(model);
      List<JsonObject> cases =
          cases("perplexity").stream()
              .filter(
                  each -> !each.getAsJsonObject("expected").get("exact_all_scored").isJsonNull())
              .toList();
      assertThat(cases).isNotEmpty();
      for (JsonObject each : cases) {
        JsonObject options = each.getAsJsonObject("options");
        JsonObject expected = each.getAsJsonObject("expected");
        List<JsonElement> ids = expected.getAsJsonArray("input_ids").asList();
        int[] tokens = IntStream.range(0, ids.size()).map(i -> ids.get(i).getAsInt()).toArray();
        double value = expected.get("exact_all_scored").getAsDouble();
        assertThat(
                scorer.perplexity(
                    tokens,
                    options.get("max_length").getAsInt(),
                    options.get("stride").getAsInt(),
                    null))
            .as(each.get("name").getAsString())
            .isCloseTo(value, within(value * TOLERANCE));
      }
    }
  }

  @Test
  void aModelWithoutCacheIsNotUsedToGenerate() {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("lm-gpt2")).build()) {
      assertThatThrownBy(() -> nlp.generate("The hotel"))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining("takes no past_key_values");
    }
  }
}
