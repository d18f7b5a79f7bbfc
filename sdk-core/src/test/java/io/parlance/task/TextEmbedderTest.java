package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.Embedding;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.Pooling;
import io.parlance.SimilarityFunction;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.runtime.NativeHandles;
import io.parlance.tokenizers.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TextEmbedderTest {
  private static final Offset<Float> CLOSE = within(1e-4f); // as the fixtures state it
  private static final String SENTENCES = "minilm-sentence-embedding";
  private static final String PLAIN = "features-bert";

  private final long handlesBefore = NativeHandles.live();
  private final long tokenizersBefore = Tokenizer.liveNativeHandles();

  @AfterEach
  void nothingLeaks() {
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
    assertThat(Tokenizer.liveNativeHandles()).isEqualTo(tokenizersBefore);
  }

  @Test
  void poolsAsTheReference() throws Exception {
    JsonArray cases = TestModels.json(PLAIN, "pipelines.json").getAsJsonArray("cases");
    try (TaskModels model = ReferenceClassificationTest.open(PLAIN)) {
      for (JsonElement each : cases) {
        JsonObject one = each.getAsJsonObject();
        JsonObject options = one.getAsJsonObject("options");
        List<Embedding> embeddings =
            model
                .embedder()
                .pooling(
                    Pooling.valueOf(options.get("pooling").getAsString().toUpperCase(Locale.ROOT)))
                .normalize(options.get("normalize").getAsBoolean())
                .maxLength(options.get("max_length").getAsInt())
                .embed(strings(one.getAsJsonObject("input").getAsJsonArray("texts")));
        JsonObject expected = one.getAsJsonObject("expected");
        checkVectors(
            one.get("name").getAsString(), expected.getAsJsonArray("embeddings"), embeddings);
        checkSimilarities(
            expected.getAsJsonArray("cosine_similarity"), embeddings, SimilarityFunction.COSINE);
        checkSimilarities(expected.getAsJsonArray("dot"), embeddings, SimilarityFunction.DOT);
      }
    }
    assertThat(cases).hasSizeGreaterThan(15);
  }

  private static void checkVectors(String name, JsonArray expected, List<Embedding> embeddings) {
    assertThat(embeddings).as(name).hasSameSizeAs(expected);
    for (int i = 0; i < embeddings.size(); i++) {
      assertThat(embeddings.get(i).vector())
          .as(name)
          .containsExactly(floats(expected.get(i).getAsJsonArray()), CLOSE);
    }
  }

  private static void checkSimilarities(
      JsonArray expected, List<Embedding> embeddings, SimilarityFunction function) {
    for (int i = 0; i < embeddings.size(); i++) {
      for (int j = 0; j < embeddings.size(); j++) {
        double want = expected.get(i).getAsJsonArray().get(j).getAsDouble();
        assertThat(embeddings.get(i).similarity(embeddings.get(j), function))
            .isCloseTo(want, within(1e-4 * Math.max(1, Math.abs(want))));
      }
    }
  }

  @Test
  void followsTheFilesOfSentenceTransformers() throws Exception {
    JsonObject expected = TestModels.json(SENTENCES, "expected.json");
    JsonArray given = expected.getAsJsonArray("texts");
    List<String> texts =
        given.asList().stream().map(t -> t.getAsJsonObject().get("text").getAsString()).toList();
    float[] all = floats(expected.getAsJsonObject("sentence_embeddings").getAsJsonArray("data"));
    float[] cosines =
        floats(expected.getAsJsonObject("cosine_similarities").getAsJsonArray("data"));
    try (TaskModels model = ReferenceClassificationTest.open(SENTENCES)) {
      List<Embedding> embeddings = model.embedder().embed(texts);
      assertThat(model.embedder().dimension()).hasValue(32);
      for (int i = 0; i < texts.size(); i++) {
        float[] want = Arrays.copyOfRange(all, 32 * i, 32 * (i + 1));
        assertThat(embeddings.get(i).vector()).containsExactly(want, CLOSE);
        assertThat(embeddings.get(i).tokenCount())
            .isEqualTo(given.get(i).getAsJsonObject().getAsJsonArray("input_ids").size());
        assertThat(model.embedder().similarity(texts.get(0), texts.get(i)))
            .isCloseTo(cosines[i], within(1e-4));
      }
    }
  }

  /** The tokenizer.json of this model says: pad all texts to 32 tokens and cut them there. */
  @Test
  void whatTokenizerJsonSaysAboutLengthsDoesNotCount() {
    String text = "The movie was bad and terrible. ".repeat(9);
    try (TaskModels model = ReferenceClassificationTest.open(SENTENCES)) {
      Embedding cut = model.embedder().embed(text);
      assertThat(cut.truncated()).isTrue();
      assertThat(cut.tokenCount()).isEqualTo(32); // max_seq_length
      assertThat(cut.untruncatedTokenCount()).isGreaterThan(60);
      assertThat(model.embedder().maxLength(40).embed(text).tokenCount()).isEqualTo(40);
      Embedding small = model.embedder().embed("Hi");
      assertThat(small.truncated()).isFalse();
      assertThat(small.tokenCount()).isLessThan(6);
    }
  }

  @Test
  void aBatchGivesWhatEachTextGivesAlone() {
    List<String> texts = List.of("Hi", "", "The movie was bad and terrible.", "😀 東京", "Hi");
    try (TaskModels batch = ReferenceClassificationTest.open(SENTENCES);
        TaskModels alone = ReferenceClassificationTest.open(SENTENCES)) {
      List<Embedding> embeddings = batch.embedder().embed(texts);
      for (int i = 0; i < texts.size(); i++) {
        float[] single = alone.embedder().embed(texts.get(i)).vector();
        assertThat(embeddings.get(i).vector()).containsExactly(single, within(1e-6f));
        assertThat(batch.embedder().submit(TextInput.of(texts.get(i))).join().vector())
            .containsExactly(single, within(1e-6f));
      }
    }
  }

  @Test
  void vectorsAreCopied() {
    float[] numbers = {3, 4};
    Embedding embedding = new Embedding(numbers, false, 2, 2);
    numbers[0] = 0;
    embedding.vector()[1] = 0;
    assertThat(embedding.vector()).containsExactly(3, 4);
    assertThat(embedding).isEqualTo(new Embedding(new float[] {3, 4}, false, 2, 2));
  }

  @Test
  void comparesByTheFormulas() {
    Embedding one = new Embedding(new float[] {3, 4}, false, 2, 2);
    Embedding other = new Embedding(new float[] {0, 8}, false, 2, 2);
    assertThat(one.similarity(other, SimilarityFunction.COSINE)).isCloseTo(0.8, within(1e-12));
    assertThat(one.similarity(other, SimilarityFunction.DOT)).isEqualTo(32);
    assertThat(one.similarity(other, SimilarityFunction.EUCLIDEAN)).isEqualTo(-5);
    assertThat(one.similarity(other, SimilarityFunction.MANHATTAN)).isEqualTo(-7);
    assertThatThrownBy(
            () -> one.similarity(new Embedding(new float[1], false, 2, 2), SimilarityFunction.DOT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a vector of 2 numbers cannot be compared with one of 1");
  }

  @Test
  void refusesModelsAndInputsOfAnotherKind() {
    try (TaskModels model = ReferenceClassificationTest.open("textcls-bert")) {
      assertThatThrownBy(() -> model.embedder().embed("Hi"))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContainingAll("cannot be used for embeddings", "'last_hidden_state'");
    }
    try (TaskModels model = ReferenceClassificationTest.open(PLAIN)) {
      assertThatThrownBy(() -> model.embedder().processAll(List.of(TextInput.pair("a", "b"))))
          .isInstanceOf(InvalidInputException.class);
      assertThatThrownBy(() -> model.embedder().promptName("query").embed("Hi"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("no prompt 'query'");
    }
  }

  private static List<String> strings(JsonArray array) {
    return array.asList().stream().map(JsonElement::getAsString).toList();
  }

  private static float[] floats(JsonArray array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsFloat();
    }
    return values;
  }
}
