package io.parlance.models.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxModel;
import io.parlance.models.graph.OnnxReader;
import io.parlance.models.quantization.Quantization;
import io.parlance.models.quantization.QuantizedFolder;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import io.parlance.runtime.TensorDescription;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs with weights of 16 bits beside those of 32. */
class HalfPrecisionTest {

  private static final int ROWS = 2;
  private static final int TOKENS = 4;
  private static final int PAST = 3;

  @TempDir Path parent;

  private Path export(String golden) throws IOException {
    Path folder = parent.resolve(golden);
    try (TrainableModel model = TrainableModel.load(Goldens.folder("architectures/" + golden))) {
      ModelExporter.of(model.model(), model.parameters()).variant(Precision.FLOAT16).write(folder);
    }
    return folder;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-seqcls",
        "albert-groups2-inner2",
        "deberta-v2-conv",
        "modernbert-biases",
        "mpnet-base",
        "xlnet-base-relu-clamp",
        "gpt2-lm",
        "bloom-lm",
        "llama-rope-yarn",
        "gemma2-lm",
        "mixtral-lm",
        "phi3-longrope",
        "rnn-lm-lstm-2layer",
        "t5-v1_1-gated-untied",
        "marian-mt"
      })
  void outputsStayNearThoseOfTheFullGraph(String golden) throws IOException {
    Path folder = export(golden);
    List<Path> graphs;
    try (Stream<Path> files = Files.list(folder)) {
      graphs = files.filter(file -> file.toString().endsWith("_fp16.onnx")).sorted().toList();
    }
    assertThat(graphs).isNotEmpty();
    for (Path half : graphs) {
      Path full = folder.resolve(half.getFileName().toString().replace("_fp16", ""));
      assertThat(Files.size(half)).as(half.toString()).isLessThan(Files.size(full));
      compare(full, half);
    }
  }

  private static void compare(Path full, Path half) {
    try (Session expected = Session.load(full, SessionOptions.defaults());
        Session found = Session.load(half, SessionOptions.defaults())) {
      assertThat(found.inputs()).isEqualTo(expected.inputs());
      assertThat(found.outputs()).isEqualTo(expected.outputs());
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      boolean past = expected.inputs().keySet().stream().anyMatch(name -> name.startsWith("past"));
      expected
          .inputs()
          .forEach(
              (name, input) ->
                  inputs.put(
                      name,
                      name.startsWith("past")
                          ? input(name, input, ROWS, name.contains(".encoder.") ? TOKENS : PAST)
                          : name.endsWith("_0") // the state of a recurrent model
                              ? input(name, input, ROWS, ROWS)
                              : input(
                                  name,
                                  input,
                                  ROWS,
                                  past && name.equals("attention_mask") ? PAST + TOKENS : TOKENS)));
      try (Outputs wanted = expected.run(inputs);
          Outputs given = found.run(inputs)) {
        double largest = 0;
        for (String name : wanted.names()) {
          float[] a = wanted.get(name).toFloatArray();
          float[] b = given.get(name).toFloatArray();
          assertThat(b).as(name).hasSameSizeAs(a);
          double scale = 0;
          for (float element : a) {
            scale = Math.max(scale, Math.abs(element));
          }
          for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]) / Math.max(1, scale));
          }
        }
        // of the largest output; half precision has 11 bits
        assertThat(largest).as(half.toString()).isBetween(1e-8, 16 * Math.pow(2, -11));
      } finally {
        inputs.values().forEach(Tensor::close);
      }
    }
  }

  /**
   * Something for an input; sizes that are open are {@code rows} in front and else {@code length}.
   */
  private static Tensor input(String name, TensorDescription description, long rows, long length) {
    long[] shape = new long[description.rank()];
    for (int axis = 0; axis < shape.length; axis++) {
      long size = description.dimensions().get(axis);
      shape[axis] = size > 0 ? size : axis == 0 ? rows : length;
    }
    CounterRandom random = CounterRandom.of(7).fork(name);
    int elements = (int) LongStream.of(shape).reduce(1, Math::multiplyExact);
    if (description.type() == ElementType.FLOAT32) {
      float[] values = new float[elements];
      random.fillNormal(FloatBuffer.wrap(values), 0, 1);
      return Tensor.of(values, shape);
    }
    long[] values = new long[elements];
    Arrays.setAll(
        values,
        i ->
            switch (name) {
              case "input_ids", "decoder_input_ids" -> 5 + random.below(20, i);
              case "position_ids" -> PAST + i % TOKENS;
              case "token_type_ids" -> 0;
              default -> 1;
            });
    return Tensor.of(values, shape);
  }

  @Test
  void weightsThatDoNotFitStayAsTheyAre() throws IOException {
    Path folder = export("t5-v1_1-gated-untied");
    try (OnnxModel model = OnnxReader.read(folder.resolve("encoder_model_fp16.onnx"))) {
      Map<String, Graph.Parameter> weights = model.graph().parameters();
      weights.forEach(
          (name, weight) ->
              assertThat(weight.value().type())
                  .as(name)
                  .isEqualTo(name.contains(".wo.") ? ElementType.FLOAT32 : ElementType.FLOAT16));
      assertThat(weights.keySet()).anyMatch(name -> name.contains(".wo."));
    }
  }

  @Test
  void canBeQuantized() throws IOException {
    Path folder = parent.resolve("half");
    try (TrainableModel model = TrainableModel.load(Goldens.folder("architectures/gpt2-lm"))) {
      ModelExporter.of(model.model(), model.parameters())
          .precision(Precision.FLOAT16)
          .write(folder);
    }
    QuantizedFolder quantized =
        QuantizedFolder.write(folder, parent.resolve("quantized"), Quantization.INT8);
    assertThat(quantized.graphs()).singleElement().matches(graph -> graph.quantized() > 0);
  }
}
