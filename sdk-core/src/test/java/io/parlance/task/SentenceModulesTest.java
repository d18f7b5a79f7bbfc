package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.gson.JsonObject;
import io.parlance.Embedding;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.Nlp;
import io.parlance.Pooling;
import io.parlance.SimilarityFunction;
import io.parlance.TestModels;
import io.parlance.runtime.TestGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the files of sentence-transformers say, in the spellings of its versions. */
class SentenceModulesTest {
  private static final Offset<Float> CLOSE = within(1e-5f);
  private static final String TEXT = "The movie was bad and terrible.";
  private static final int WIDTH = 32;

  private Path folder;

  @BeforeEach
  void copy(@TempDir Path target) throws IOException {
    folder = TestModels.copy("minilm-sentence-embedding", target.resolve("model"));
  }

  private <T> T with(Function<TextEmbedder, T> use) {
    try (Nlp nlp = Nlp.builder().embedder(folder).build()) {
      return use.apply(nlp.embedder());
    }
  }

  private float[] vectorOf(Function<TextEmbedder, Embedding> use) {
    return with(use).vector();
  }

  private int tokens(Function<TextEmbedder, Embedding> use) {
    return with(use).tokenCount();
  }

  private float[] vector() {
    return vectorOf(embedder -> embedder.embed(TEXT));
  }

  private int dimension() {
    OptionalInt dimension = with(TextEmbedder::dimension);
    return dimension.orElseThrow();
  }

  private float[] pooled(Pooling pooling) {
    return vectorOf(embedder -> embedder.pooling(pooling).normalize(false).embed(TEXT));
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text.replace('\'', '"'));
  }

  private void modules(String... typesAndPaths) throws IOException {
    StringBuilder modules = new StringBuilder("[");
    for (int i = 0; i < typesAndPaths.length; i += 2) {
      modules.append(i == 0 ? "" : ",").append("{'idx':").append(i / 2).append(",'type':'");
      modules.append(typesAndPaths[i]).append("','path':'").append(typesAndPaths[i + 1]);
      modules.append("'}");
    }
    write("modules.json", modules.append("]").toString());
  }

  private void assertUnusable(String... parts) {
    assertThatThrownBy(this::vector)
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void bothDialectsSayTheSame() throws IOException {
    float[] expected = vector();
    modules(
        "sentence_transformers.base.modules.transformer.Transformer",
        "",
        "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
        "1_Pooling",
        "sentence_transformers.sentence_transformer.modules.normalize.Normalize",
        "2_Normalize");
    write(
        "1_Pooling/config.json",
        "{'embedding_dimension':32,'pooling_mode':'mean','include_prompt':true}");
    assertThat(vector()).containsExactly(expected);
  }

  @Test
  void severalPoolingsStandOneAfterTheOther() throws IOException {
    float[] first = pooled(Pooling.CLS);
    float[] mean = pooled(Pooling.MEAN);
    modules("sentence_transformers.models.Transformer", "", "x.models.Pooling", "1_Pooling");
    String flags = "{'pooling_mode_mean_tokens':true,'pooling_mode_cls_token':true}";
    for (String config : List.of(flags, "{'pooling_mode':['cls','mean']}")) {
      write("1_Pooling/config.json", config);
      float[] both = vector();
      assertThat(both).hasSize(2 * WIDTH);
      for (int i = 0; i < WIDTH; i++) {
        assertThat(both[i]).isEqualTo(first[i]);
        assertThat(both[WIDTH + i]).isEqualTo(mean[i]);
      }
      assertThat(dimension()).isEqualTo(2 * WIDTH);
    }
    write("1_Pooling/config.json", "{'pooling_mode':'median'}");
    assertUnusable("pooling_mode 'median' is unknown", "weightedmean");
    write("1_Pooling/config.json", "{'pooling_mode_mean_tokens':false}");
    assertUnusable("chooses no pooling");
    write("1_Pooling/config.json", "{'pooling_mode':'mean','embedding_dimension':33}");
    assertUnusable("gives 32 numbers for a token", "speaks of 33");
  }

  @Test
  void denseLayersFollowThePooling() throws IOException {
    float[] mean = pooled(Pooling.MEAN);
    modules("x.Transformer", "", "x.Pooling", "1_Pooling", "x.models.Dense", "2_Dense");
    String config =
        "{'in_features':32,'out_features':2,'bias':true,'activation_function':'torch.nn.%s'}";
    write("2_Dense/config.json", String.format(config, "modules.activation.Tanh"));
    assertUnusable("there is no ", "2_Dense", "pickle");
    float[] weight = new float[2 * WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      weight[i] = 0.1f * i;
      weight[WIDTH + i] = i % 2;
    }
    Path weights = folder.resolve("2_Dense/model.safetensors");
    Files.write(weights, safetensors(weight, new float[] {0.5f, -0.25f}));
    double[] expected = {0.5, -0.25};
    for (int i = 0; i < 2 * WIDTH; i++) {
      expected[i / WIDTH] += (double) weight[i] * mean[i % WIDTH];
    }
    assertThat(vector())
        .containsExactly(
            new float[] {(float) Math.tanh(expected[0]), (float) Math.tanh(expected[1])}, CLOSE);
    assertThat(dimension()).isEqualTo(2);
    write("2_Dense/config.json", String.format(config, "modules.linear.Identity"));
    assertThat(vector())
        .containsExactly(new float[] {(float) expected[0], (float) expected[1]}, CLOSE);
    write("2_Dense/config.json", String.format(config, "Hardtanh"));
    assertUnusable("activation_function 'torch.nn.Hardtanh' is unknown");
    write("2_Dense/config.json", "{'in_features':16,'out_features':4}");
    assertUnusable("'linear.weight' has shape [2, 32], config.json says [4, 16]");
    write("2_Dense/config.json", String.format(config, "Identity"));
    for (int kept : new int[] {0, 7, 60, (int) Files.size(weights) - 1}) {
      Files.write(weights, Arrays.copyOf(safetensors(weight, new float[] {0.5f, -0.25f}), kept));
      assertUnusable("model.safetensors cannot be used");
    }
  }

  private static byte[] safetensors(float[] weight, float[] bias) {
    int split = 4 * weight.length;
    String header =
        ("{'linear.weight':{'dtype':'F32','shape':[2,32],'data_offsets':[0,%d]},"
                + "'linear.bias':{'dtype':'F32','shape':[2],'data_offsets':[%d,%d]}}")
            .formatted(split, split, split + 4 * bias.length)
            .replace('\'', '"');
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + split + 4 * bias.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    file.asFloatBuffer().put(weight).put(bias);
    return file.array();
  }

  @Test
  void modulesThatOnlyAGraphCanHaveAreNamed() throws IOException {
    modules("x.Transformer", "", "x.Pooling", "1_Pooling", "x.models.LSTM", "2_LSTM");
    assertUnusable("x.models.LSTM", "sentence_embedding");
    modules("x.Transformer", "");
    assertUnusable("modules.json names no Pooling");
    modules("x.Pooling", "3_Pooling");
    assertUnusable("3_Pooling/config.json, which is not there");
    write("modules.json", "{}");
    assertUnusable("must be a list of objects with type and path");
  }

  @Test
  void promptsStandBeforeTheText() throws IOException {
    float[] plain = vector();
    float[] queried = vectorOf(embedder -> embedder.embed("query: " + TEXT));
    write(
        "config_sentence_transformers.json",
        "{'prompts':{'query':'query: ','none':''},'similarity_fn_name':'euclidean'}");
    assertThat(vector()).containsExactly(plain);
    assertThat(vectorOf(embedder -> embedder.promptName("query").embed(TEXT)))
        .containsExactly(queried);
    assertThat(vectorOf(embedder -> embedder.prompt("query: ").embed(TEXT)))
        .containsExactly(queried);
    try (Nlp nlp = Nlp.builder().embedder(folder).build()) {
      assertThat(nlp.embedder().similarityFunction()).isEqualTo(SimilarityFunction.EUCLIDEAN);
      double distance = -nlp.similarity(TEXT, "Hi");
      double cosine = nlp.embed(TEXT).similarity(nlp.embed("Hi"), SimilarityFunction.COSINE);
      assertThat(distance).isCloseTo(Math.sqrt(2 - 2 * cosine), within(1e-6)); // of length 1
    }
    assertThatThrownBy(() -> with(embedder -> embedder.promptName("passage").embed(TEXT)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("no prompt 'passage'", "query");
    write(
        "config_sentence_transformers.json",
        "{'prompts':{'query':'query: '},'default_prompt_name':'query'}");
    assertThat(vector()).containsExactly(queried);
    assertThat(vectorOf(embedder -> embedder.prompt("").embed(TEXT))).containsExactly(plain);
    write("config_sentence_transformers.json", "{'default_prompt_name':'query'}");
    assertUnusable("default_prompt_name 'query' is none of its prompts []");
    write("config_sentence_transformers.json", "{'similarity_fn_name':'hamming'}");
    assertUnusable("similarity_fn_name 'hamming'");
  }

  /** The sum over all tokens is that over the prompt's (the first ones) and the others. */
  @Test
  void tokensOfAPromptCanBeLeftOutOfThePooling() throws IOException {
    modules("x.Transformer", "", "x.Pooling", "1_Pooling");
    write("1_Pooling/config.json", "{'pooling_mode':'mean','include_prompt':true}");
    String prompt = "The";
    float[] mean = vectorOf(embedder -> embedder.prompt(prompt).embed(" movie"));
    float[] first = vectorOf(e -> e.pooling(Pooling.CLS).prompt(prompt).embed(" movie"));
    float[] last = vectorOf(e -> e.pooling(Pooling.LAST).prompt(prompt).embed(" movie"));
    int all = tokens(embedder -> embedder.embed(prompt + " movie"));
    int leading = tokens(embedder -> embedder.embed(prompt)) - 1;
    write("1_Pooling/config.json", "{'pooling_mode':'mean','include_prompt':false}");
    assertThat(vectorOf(e -> e.pooling(Pooling.CLS).prompt(prompt).embed(" movie")))
        .containsExactly(first); // the reference masks the prompt, but takes the first token anyway
    assertThat(vectorOf(e -> e.pooling(Pooling.LAST).prompt(prompt).embed(" movie")))
        .containsExactly(last);
    float[] without = vectorOf(embedder -> embedder.prompt(prompt).embed(" movie"));
    float[] ofPrompt = meanOfFirst(leading, prompt + " movie");
    float[] sum = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      sum[i] = (without[i] * (all - leading) + ofPrompt[i] * leading) / all;
    }
    assertThat(sum).containsExactly(mean, CLOSE);
  }

  private float[] meanOfFirst(int count, String text) {
    try (TokenVectors vectors = new TokenVectors(folder)) {
      return vectors.mean(text, count);
    }
  }

  @Test
  void textsAreStrippedAndLowerCasedAsTheReferenceDoes(@TempDir Path target) throws IOException {
    folder = TestModels.copy("fillmask-roberta", target.resolve("bytes"));
    // the "vector" of a text is its token ids
    int integer = DataType.INT64.getNumber();
    int number = DataType.FLOAT.getNumber();
    Files.write(
        folder.resolve("model.onnx"),
        new TestGraph()
            .input("input_ids", integer, "batch", "sequence")
            .output("sentence_embedding", number, "batch", "sequence")
            .node("Cast", List.of("input_ids"), "sentence_embedding", Map.of("to", (long) number))
            .bytes());
    Function<String, float[]> ids = text -> vectorOf(embedder -> embedder.embed(text));
    float[] bare = ids.apply("The movie");
    assertThat(ids.apply(" The movie\u00a0")).hasSizeGreaterThan(bare.length);
    modules("x.Transformer", "");
    assertThat(ids.apply("\n The movie\u00a0\u0085")).containsExactly(bare);
    write("sentence_roberta_config.json", "{'max_seq_length':3,'do_lower_case':true}");
    assertThat(ids.apply("The")).containsExactly(ids.apply("the"));
    assertThat(ids.apply("The movie was bad")).hasSize(3);
    assertThatThrownBy(() -> pooled(Pooling.MEAN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("'sentence_embedding'", "pooling cannot be chosen");
  }

  @Test
  void withoutItsFilesAModelPoolsTheMeanAndDoesNotNormalize() throws IOException {
    float[] mean = pooled(Pooling.MEAN);
    Files.delete(folder.resolve("modules.json"));
    assertThat(vector()).containsExactly(mean);
    JsonObject config = TestModels.json("minilm-sentence-embedding", "config.json");
    int positions = config.get("max_position_embeddings").getAsInt();
    assertThat(tokens(e -> e.embed("bad ".repeat(1000)))).isEqualTo(positions);
  }
}
