package io.parlance.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.parlance.Classification;
import io.parlance.ModelNotFoundException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.model.hub.FakeHub;
import io.parlance.model.hub.HubOptions;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import io.parlance.runtime.TestGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubModelTest {
  private static final String MODEL = "textcls-bert";
  private static final String TEXT = "The hotel was excellent.";
  private static final int FLOAT = DataType.FLOAT.getNumber();
  private static final String HUB_NAME = "hf:" + FakeHub.REPOSITORY;

  @TempDir private Path cache;
  private FakeHub hub;

  @BeforeEach
  void start() throws IOException {
    hub = new FakeHub();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private HubOptions options() {
    return HubOptions.fromEnvironment().cacheFolder(cache).endpoint(hub.endpoint()).offline(false);
  }

  private ModelSource.Hub source() {
    return ((ModelSource.Hub) ModelSource.of(HUB_NAME)).withOptions(options());
  }

  private void upload(String name) throws IOException {
    try (Stream<Path> files = Files.list(TestModels.folder(name))) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        String to = file.getFileName().toString();
        if (to.endsWith(".onnx")) {
          hub.large(to, bytes);
        } else {
          hub.file(to, bytes);
        }
      }
    }
    hub.file("README.md", "not needed").large("pytorch_model.bin", new byte[1000]);
  }

  /** y = x + weights, with the weights in another file. */
  private static byte[] shift(String weights) {
    return new TestGraph()
        .input("x", FLOAT, 3)
        .weightsElsewhere("weights", 3, weights)
        .node("Add", List.of("x", "weights"), "y")
        .output("y", FLOAT, 3)
        .bytes();
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  @Test
  void runsAModelByItsNameAsAModelInAFolder() throws IOException {
    upload(MODEL);
    Classification there;
    try (Nlp nlp = Nlp.builder().hub(options()).classifier(HUB_NAME).build()) {
      assertThat(hub.requests()).isEmpty();
      there = nlp.classify(TEXT);
    }
    try (Nlp nlp = Nlp.builder().classifier(TestModels.folder(MODEL)).build()) {
      assertThat(nlp.classify(TEXT)).isEqualTo(there);
    }
    assertThat(hub.log())
        .contains("GET model.onnx", "GET tokenizer.json", "GET tokenizer_config.json")
        .doesNotContain("GET README.md", "GET pytorch_model.bin", "GET pipelines.json");

    hub.forgetRequests();
    String pinned = HUB_NAME + "@" + FakeHub.COMMIT;
    try (Nlp nlp = Nlp.builder().hub(options()).classifier(pinned).build()) {
      assertThat(nlp.classify(TEXT)).isEqualTo(there);
    }
    try (Nlp nlp = Nlp.builder().hub(options().offline(true)).classifier(HUB_NAME).build()) {
      assertThat(nlp.classify(TEXT)).isEqualTo(there);
    }
    assertThat(hub.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.onnx_data", "model.onnx.data", "some weights.bin"})
  void findsWeightsBesideTheGraph(String weights) throws IOException {
    hub.file("config.json", "{}")
        .large("onnx/model.onnx", shift(weights))
        .large("onnx/" + weights, floats(1, 2, 3))
        .large("onnx/other.bin", new byte[10]);
    try (Session session =
            ModelFolder.open(source()).loadGraph(ModelFolder.MODEL, SessionOptions.defaults());
        Tensor x = Tensor.of(new float[] {10, 20, 30}, 3);
        Outputs outputs = session.run(Map.of("x", x))) {
      assertThat(outputs.get("y").toFloatArray()).containsExactly(11, 22, 33);
    }
    assertThat(hub.log()).doesNotContain("HEAD other.bin", "GET other.bin");
  }

  @Test
  void fetchesTheVariantThatIsAskedFor() throws IOException {
    upload(MODEL);
    byte[] graph = Files.readAllBytes(TestModels.folder(MODEL).resolve("model.onnx"));
    hub.large("onnx/model_int8.onnx", graph);
    ModelFolder folder = ModelFolder.open(source().withVariant("int8"));
    folder.loadGraph(ModelFolder.MODEL, SessionOptions.defaults()).close();
    assertThat(hub.log()).contains("GET model_int8.onnx").doesNotContain("HEAD model.onnx");
    ModelFolder missing = ModelFolder.open(source().withVariant("q4"));
    assertThatThrownBy(() -> missing.loadGraph(ModelFolder.MODEL, SessionOptions.defaults()))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining(HUB_NAME + " has no model_q4.onnx")
        .hasMessageContaining("[model.onnx, onnx/model_int8.onnx]");
  }

  @Test
  void namesTheFileThatAnIncompleteSnapshotLacks() throws IOException {
    upload(MODEL);
    ModelFolder.open(source()).loadTokenizer().close();
    ModelFolder offline = ModelFolder.open(source().withOptions(options().offline(true)));
    offline.loadTokenizer().close();
    assertThatThrownBy(() -> offline.loadGraph(ModelFolder.MODEL, SessionOptions.defaults()))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("incomplete: model.onnx is not in " + cache);
  }

  @Test
  void downloadsWhatTheSdkReads() throws IOException {
    upload(MODEL);
    hub.file("modules.json", "[]")
        .file("1_Pooling/config.json", "{}")
        .file("chat_template.jinja", "{{ messages }}")
        .file("generation_config.json", "{}")
        .large("model.safetensors", new byte[10])
        .large("model.onnx_data", new byte[10])
        .large("onnx/model_int8.onnx", new byte[10]);
    Path folder = ModelDownload.fetch(source());
    assertThat(names(folder))
        .containsExactly(
            "1_Pooling/config.json",
            "chat_template.jinja",
            "config.json",
            "generation_config.json",
            "model.onnx",
            "model.onnx_data",
            "modules.json",
            "special_tokens_map.json",
            "tokenizer.json",
            "tokenizer_config.json");
    assertThat(ModelDownload.fetch(source().withOptions(options().offline(true))))
        .isEqualTo(folder);

    ModelDownload.fetch(source(), List.of("*_int8.onnx", "README.??"));
    assertThat(names(folder)).contains("onnx/model_int8.onnx", "README.md");
    assertThatThrownBy(() -> ModelDownload.fetch(source(), List.of("*.gguf")))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("no file of " + HUB_NAME + " matches [*.gguf]");
  }

  @Test
  void downloadsTheWeightsWhereThereIsNoGraph() throws IOException {
    hub.file("config.json", "{}")
        .file("model.safetensors.index.json", "{}")
        .large("model-00001-of-00002.safetensors", new byte[10])
        .large("model-00002-of-00002.safetensors", new byte[20])
        .large("consolidated.safetensors", new byte[30]);
    assertThat(names(ModelDownload.fetch(source())))
        .containsExactly(
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json");
    ModelSource.Hub int8 = (ModelSource.Hub) source().withVariant("int8");
    assertThatThrownBy(() -> ModelDownload.fetch(int8))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("has no model_int8.onnx");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }
}
