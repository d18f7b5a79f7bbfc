package io.parlance.models.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonParser;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Graphs that remember earlier tokens give, call by call, what the reference gives for the whole
 * text.
 */
class DecoderGraphTest {

  @ParameterizedTest
  @CsvSource({
    "gpt2-lm, right_padded",
    "gpt2-lm, left_padded",
    "llama-gqa, right_padded",
    "llama-gqa, left_padded",
    "bloom-lm, right_padded",
    "bloom-lm, left_padded",
    "gemma2-lm, right_padded",
    "gemma2-lm, left_padded",
    "mixtral-lm, left_padded"
  })
  void foldersOfWeightsRunInEachLayout(String name, String caseName) throws IOException {
    Path folder = Goldens.folder("architectures/" + name);
    ModelFolder model = ModelFolder.open(ModelSource.of(folder));
    Map<String, Tensor> inputs = Goldens.cases(folder.resolve("inputs.json")).get(caseName);
    Tensor expected = Goldens.cases(folder.resolve("expected.json")).get(caseName).get("logits");
    assertThat(model.hasGraph("decoder_model_unheard_of")).isFalse();
    for (DecoderLayout layout : DecoderLayout.values()) {
      DecodedInSteps steps =
          new DecodedInSteps(inputs, inputs.get("attention_mask"), expected, layout);
      try (Session first = model.loadGraph(layout.roles().get(0), SessionOptions.defaults());
          Session then =
              model.loadGraph(
                  layout.roles().get(layout.roles().size() - 1), SessionOptions.defaults())) {
        steps.run(first, 0, 4);
        steps.run(then, 4, 5);
        steps.run(then, 5, 6);
        steps.run(then, 6, 10);
      } finally {
        steps.close();
      }
    }
  }

  /** Encoders run from their weights as well. */
  @Test
  void foldersOfEncodersRun() throws IOException {
    Path folder = Goldens.folder("architectures/bert-seqcls");
    Map<String, Tensor> inputs = Goldens.cases(folder.resolve("inputs.json")).get("default");
    Tensor expected = Goldens.cases(folder.resolve("expected.json")).get("default").get("logits");
    ModelFolder model = ModelFolder.open(ModelSource.of(folder));
    assertThat(model.hasGraph(ModelFolder.MODEL)).isTrue();
    assertThat(model.hasGraph(ModelFolder.DECODER_MERGED)).isFalse();
    try (Session session = model.loadGraph(ModelFolder.MODEL, SessionOptions.defaults())) {
      Map<String, Tensor> given = new LinkedHashMap<>(inputs);
      given.keySet().retainAll(session.inputs().keySet());
      try (Outputs outputs = session.run(given)) {
        assertThat(outputs.get("logits").toFloatArray())
            .containsExactly(expected.toFloatArray(), within(1e-5f));
      }
    }
  }

  /** One text decoded call by call, compared with what is expected of the whole. */
  private static final class DecodedInSteps {
    private final Map<String, Tensor> inputs;
    private final long[] mask;
    private final Tensor expected;
    private final DecoderLayout layout;
    private final Map<String, Tensor> past = new LinkedHashMap<>();

    DecodedInSteps(Map<String, Tensor> inputs, Tensor mask, Tensor expected, DecoderLayout layout) {
      this.inputs = inputs;
      this.mask = mask.toLongArray();
      this.expected = expected;
      this.layout = layout;
    }

    void run(Session session, int from, int to) {
      Map<String, Tensor> given = new LinkedHashMap<>();
      for (String name : session.inputs().keySet()) {
        given.put(name, input(session, name, from, to));
      }
      try (Outputs outputs = session.run(given)) {
        compare(outputs.get("logits"), from, to);
        for (String name : outputs.names()) {
          if (name.startsWith("present.")) {
            Tensor present = outputs.get(name);
            Tensor old =
                past.put(
                    name.replace("present.", "past_key_values."),
                    Tensor.of(present.toFloatArray(), present.shape()));
            if (old != null) {
              old.close();
            }
          }
        }
      }
      given.values().forEach(Tensor::close);
    }

    private Tensor input(Session session, String name, int from, int to) {
      if (name.equals("attention_mask")) {
        return columns(inputs.get(name), 0, to);
      }
      if (name.equals("position_ids")) {
        return inputs.containsKey(name) ? columns(inputs.get(name), from, to) : ascending(from, to);
      }
      if (name.equals("use_cache_branch")) {
        return Tensor.of(new boolean[] {from > 0}, 1);
      }
      if (name.startsWith("past_key_values.")) {
        Tensor known = past.get(name);
        return known != null
            ? Tensor.of(known.toFloatArray(), known.shape())
            : empty(session, name);
      }
      return columns(inputs.get(name), from, to);
    }

    /** No past; of the merged layout one column that must not count. */
    private Tensor empty(Session session, String name) {
      List<Long> shape = session.inputs().get(name).dimensions();
      long columns = layout == DecoderLayout.MERGED ? 1 : 0;
      long rows = inputs.get("input_ids").shape()[0];
      float[] noise = new float[(int) (rows * shape.get(1) * columns * shape.get(3))];
      Arrays.fill(noise, 7);
      return Tensor.of(noise, rows, shape.get(1), columns, shape.get(3));
    }

    private Tensor ascending(int from, int to) {
      int rows = (int) inputs.get("input_ids").shape()[0];
      long[] values = new long[rows * (to - from)];
      for (int i = 0; i < values.length; i++) {
        values[i] = from + i % (to - from);
      }
      return Tensor.of(values, rows, to - from);
    }

    private static Tensor columns(Tensor tensor, int from, int to) {
      assertThat(tensor.type()).isEqualTo(ElementType.INT64);
      int rows = (int) tensor.shape()[0];
      int width = (int) tensor.shape()[1];
      long[] all = tensor.toLongArray();
      long[] part = new long[rows * (to - from)];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(all, row * width + from, part, row * (to - from), to - from);
      }
      return Tensor.of(part, rows, to - from);
    }

    private void compare(Tensor logits, int from, int to) {
      int rows = (int) expected.shape()[0];
      int length = (int) expected.shape()[1];
      int classes = (int) expected.shape()[2];
      assertThat(logits.shape()).containsExactly(rows, to - from, classes);
      float[] all = expected.toFloatArray();
      float[] part = logits.toFloatArray();
      for (int row = 0; row < rows; row++) {
        for (int token = from; token < to; token++) {
          if (mask[row * length + token] == 0) {
            continue;
          }
          for (int k = 0; k < classes; k++) {
            assertThat(part[(row * (to - from) + token - from) * classes + k])
                .as("%s, row %d, token %d, class %d", layout, row, token, k)
                .isCloseTo(all[(row * length + token) * classes + k], within(1e-5f));
          }
        }
      }
    }

    void close() {
      past.values().forEach(Tensor::close);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SINGLE", "PAIR", "MERGED"})
  void exportsTheConventionalFiles(DecoderLayout layout, @TempDir Path folder) throws IOException {
    Path source = Goldens.folder("architectures/gpt2-lm");
    Path target = folder.resolve("model");
    try (TrainableModel model = TrainableModel.load(source)) {
      ModelExporter exporter =
          ModelExporter.of(model.model(), model.parameters())
              .generationConfiguration(source)
              .layout(layout);
      exporter.write(target);
      exporter.write(target); // what was exported before is replaced
    }
    ModelFolder exported = ModelFolder.open(ModelSource.of(target));
    for (String role : layout.roles()) {
      assertThat(target.resolve(role + ".onnx")).isRegularFile();
      try (Session session = exported.loadGraph(role, SessionOptions.defaults())) {
        assertThat(session.outputs().keySet())
            .containsExactly(
                "logits", "present.0.key", "present.0.value", "present.1.key", "present.1.value");
        assertThat(session.inputs().keySet())
            .startsWith("input_ids", "attention_mask", "position_ids");
      }
    }
    assertThat(
            JsonParser.parseString(Files.readString(target.resolve("generation_config.json")))
                .getAsJsonObject())
        .isEqualTo(
            JsonParser.parseString(
                "{'_from_model_config':true,'bos_token_id':1,'eos_token_id':2,'pad_token_id':0}"
                    .replace('\'', '"')));
  }

  @Test
  void takesOverTheGenerationConfiguration(@TempDir Path folder) throws IOException {
    Path source = Goldens.folder("architectures/gpt2-lm");
    Files.writeString(folder.resolve("generation_config.json"), "{\"max_new_tokens\": 7}");
    Path target = folder.resolve("model");
    try (TrainableModel model = TrainableModel.load(source)) {
      ModelExporter.of(model.model(), model.parameters())
          .generationConfiguration(folder)
          .write(target);
    }
    assertThat(target.resolve("generation_config.json")).hasContent("{\"max_new_tokens\": 7}");
  }
}
