package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.Nlp;
import io.parlance.RankedDocument;
import io.parlance.Relevance;
import io.parlance.ScoreFunction;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.tokenizers.Truncation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairRankerTest {
  private static final double TOLERANCE = 1e-5;
  private static final String QUERY = "Who works for the IBM?";
  private static final List<String> DOCUMENTS =
      List.of("Anna lives in Rome.", "", "John works for the IBM.", "Anna lives in Rome.");

  @ParameterizedTest
  @ValueSource(strings = {"rerank-bert", "rerank-roberta-2"})
  void ranksAsTheReference(String name) throws Exception {
    JsonArray cases = TestModels.json(name, "pipelines.json").getAsJsonArray("cases");
    try (TaskModels model = ReferenceClassificationTest.open(name)) {
      for (JsonElement each : cases) {
        check(model, each.getAsJsonObject());
      }
    }
    assertThat(cases).hasSize(20);
  }

  private static void check(TaskModels model, JsonObject one) {
    JsonObject options = one.getAsJsonObject("options");
    PairRanker ranker =
        model
            .ranker()
            .truncation(Truncation.LONGEST_FIRST)
            .maxLength(options.get("max_length").getAsInt());
    String activation = options.get("activation").getAsString();
    boolean plain = activation.equals("none"); // the others are the model's own
    if (plain) {
      ranker = ranker.function(ScoreFunction.valueOf(activation.toUpperCase(Locale.ROOT)));
    }
    JsonObject input = one.getAsJsonObject("input");
    List<String> documents =
        input.getAsJsonArray("documents").asList().stream().map(JsonElement::getAsString).toList();
    List<RankedDocument> ranking = ranker.rank(input.get("query").getAsString(), documents);
    JsonArray expected = one.getAsJsonObject("expected").getAsJsonArray("ranking");
    assertThat(ranking).hasSameSizeAs(expected);
    for (int i = 0; i < ranking.size(); i++) {
      JsonObject want = expected.get(i).getAsJsonObject();
      assertThat(ranking.get(i).index())
          .as(one.get("name").getAsString())
          .isEqualTo(want.get("corpus_id").getAsInt());
      assertThat(ranking.get(i).score())
          .isCloseTo(want.get("score").getAsDouble(), within(TOLERANCE));
    }
  }

  @Test
  void eachPairIsComputedAndRememberedByItself() {
    try (Nlp nlp = Nlp.builder().ranker(TestModels.folder("rerank-bert")).build()) {
      List<RankedDocument> ranking = nlp.rank(QUERY, DOCUMENTS);
      assertThat(nlp.statistics().cache().misses()).isEqualTo(3); // two documents are equal
      assertThat(nlp.rank(QUERY, DOCUMENTS)).isEqualTo(ranking);
      assertThat(nlp.statistics().cache().misses()).isEqualTo(3);
      assertThat(ranking).extracting(RankedDocument::index).containsSubsequence(0, 3).hasSize(4);
      for (RankedDocument each : ranking) {
        Relevance alone = nlp.ranker().relevance(QUERY, DOCUMENTS.get(each.index()));
        assertThat(alone.score()).isEqualTo(each.score());
      }
      assertThat(nlp.rank(QUERY, List.of())).isEmpty();
    }
  }

  @Test
  void ranksForCallersThatDoNotWait() {
    try (Nlp nlp = Nlp.builder().ranker(TestModels.folder("rerank-bert")).build()) {
      List<RankedDocument> later = nlp.async().rank(QUERY, DOCUMENTS).join();
      List<RankedDocument> now = nlp.rank(QUERY, DOCUMENTS);
      assertThat(later).extracting(RankedDocument::index).isEqualTo(indexes(now));
      for (int i = 0; i < now.size(); i++) {
        assertThat(later.get(i).score()).isCloseTo(now.get(i).score(), within(TOLERANCE));
      }
      assertThat(nlp.async().rank(QUERY, List.of())).isCompletedWithValue(List.of());
      PairRanker uncut = nlp.ranker().truncation(Truncation.DO_NOT_TRUNCATE);
      assertThatThrownBy(() -> uncut.submit(QUERY, List.of("a", "a ".repeat(5000))).get())
          .hasCauseInstanceOf(InvalidInputException.class);
    }
  }

  private static List<Integer> indexes(List<RankedDocument> ranking) {
    return ranking.stream().map(RankedDocument::index).toList();
  }

  @Test
  void tellsThatAPairWasCut() {
    try (TaskModels model = ReferenceClassificationTest.open("rerank-bert")) {
      Relevance cut = model.ranker().maxLength(20).relevance(QUERY, "a ".repeat(50));
      assertThat(cut.truncated()).isTrue();
      assertThat(cut.tokenCount()).isEqualTo(20);
      assertThat(cut.untruncatedTokenCount()).isGreaterThan(50);
      assertThat(model.ranker().maxLength(20).rank(QUERY, List.of("a", "a ".repeat(50))))
          .filteredOn(RankedDocument::truncated)
          .extracting(RankedDocument::index)
          .containsExactly(1);
    }
  }

  @Test
  void scoresAsTheConfigurationSays(@TempDir Path folder) throws Exception {
    Path copy = TestModels.copy("rerank-bert", folder.resolve("model"));
    double logit;
    try (Nlp nlp = Nlp.builder().ranker(copy).build()) {
      double probability = nlp.ranker().relevance(QUERY, DOCUMENTS.get(0)).score();
      logit = Math.log(probability / (1 - probability));
    }
    JsonObject config = TestModels.json("rerank-bert", "config.json");
    config.addProperty("sbert_ce_default_activation_function", "torch.nn.modules.linear.Identity");
    Files.writeString(copy.resolve("config.json"), config.toString());
    try (Nlp nlp = Nlp.builder().ranker(copy).build()) {
      assertThat(nlp.ranker().relevance(QUERY, DOCUMENTS.get(0)).score())
          .isCloseTo(logit, within(TOLERANCE));
    }
    JsonObject newer = new JsonObject();
    newer.addProperty("activation_fn", "torch.nn.modules.activation.Tanh");
    config.add("sentence_transformers", newer);
    Files.writeString(copy.resolve("config.json"), config.toString());
    try (Nlp nlp = Nlp.builder().ranker(copy).build()) {
      assertThatThrownBy(() -> nlp.rank(QUERY, DOCUMENTS))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining("activation.Tanh");
    }
  }

  @Test
  void refusesWhatCannotBeRanked() {
    try (TaskModels model = ReferenceClassificationTest.open("rerank-roberta-2")) {
      assertThatThrownBy(() -> model.ranker().processAll(List.of(TextInput.of(QUERY))))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("one is missing");
      assertThatThrownBy(() -> model.ranker().relevantClass(2).relevance(QUERY, ""))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("relevant class 2", "2 classes");
    }
    try (TaskModels model = ReferenceClassificationTest.open("qa-roberta")) {
      assertThatThrownBy(() -> model.ranker().load())
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining("cannot be used for ranking");
    }
  }
}
