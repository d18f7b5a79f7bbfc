package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.models.export.ModelExporter;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Shape;
import io.parlance.models.nn.RecurrentLayer;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecurrentLanguageModelTest {

  @TempDir Path parent;

  @ParameterizedTest
  @CsvSource({
    "rnn-lm-tanh, RNN",
    "rnn-lm-relu-2layer, RNN",
    "rnn-lm-gru, GRU",
    "rnn-lm-lstm-2layer, LSTM"
  })
  void exportedGraphsUseTheRecurrentOperatorAndGiveTheReferencesOutputs(
      String name, String operator) throws IOException {
    Path golden = Goldens.folder("architectures/" + name);
    try (TrainableModel model = TrainableModel.load(golden)) {
      ModelExporter.of(model.model(), model.parameters()).write(parent.resolve("model"));
      Graph graph = Graph.inference("model");
      model.model().forward(model.model().declareInputs(graph));
      assertThat(graph.nodes()).extracting(Node::operator).contains(operator);
    }
    Map<String, Tensor> inputs =
        Goldens.cases(golden.resolve("inputs.json")).getOrDefault("given_state", Map.of());
    Map<String, Tensor> expected =
        Goldens.cases(golden.resolve("expected.json")).getOrDefault("given_state", Map.of());
    try (Session session =
            Session.load(parent.resolve("model/model.onnx"), SessionOptions.defaults());
        Outputs outputs = session.run(inputs)) {
      assertThat(outputs.names()).containsExactlyInAnyOrderElementsOf(expected.keySet());
      expected.forEach(
          (output, tensor) ->
              assertThat(outputs.get(output).toFloatArray())
                  .as(output)
                  .containsExactly(tensor.toFloatArray(), within(5e-6f)));
    }
  }

  /** Two halves, the state handed over, are as good as the whole. */
  @Test
  void theStateCarriesASequenceOn() throws IOException {
    Path golden = Goldens.folder("architectures/rnn-lm-lstm-2layer");
    Map<String, Tensor> whole =
        Goldens.cases(golden.resolve("inputs.json")).getOrDefault("given_state", Map.of());
    try (TrainableModel model = TrainableModel.load(golden)) {
      Map<String, Tensor> first = new LinkedHashMap<>(whole);
      first.put("input_ids", columns(whole, 0, 4));
      Map<String, Tensor> half = model.forward(first);
      Map<String, Tensor> second = new LinkedHashMap<>();
      second.put("input_ids", columns(whole, 4, 10));
      second.put("h_0", half.getOrDefault("h_n", Tensor.of(new float[0], 0)));
      second.put("c_0", half.getOrDefault("c_n", Tensor.of(new float[0], 0)));
      Map<String, Tensor> last = model.forward(second);
      Map<String, Tensor> expected = model.forward(whole);
      for (String state : Set.of("h_n", "c_n")) {
        assertThat(values(last, state)).containsExactly(values(expected, state), within(1e-6f));
      }
    }
  }

  private static float[] values(Map<String, Tensor> tensors, String name) {
    return tensors.getOrDefault(name, Tensor.of(new float[0], 0)).toFloatArray();
  }

  private static Tensor columns(Map<String, Tensor> inputs, int from, int to) {
    Tensor ids = inputs.getOrDefault("input_ids", Tensor.of(new long[0], 0, 0));
    int rows = (int) ids.shape()[0];
    int length = (int) ids.shape()[1];
    long[] all = ids.toLongArray();
    long[] part = new long[rows * (to - from)];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(all, row * length + from, part, row * (to - from), to - from);
    }
    return Tensor.of(part, rows, to - from);
  }

  /** 4 gates of (x + h + 2 biases) a layer, as PyTorch counts; embeddings and output beside. */
  @Test
  void hasThePublishedSizes() {
    assertThat(count(RecurrentConfig.small())).isEqualTo(4_653_200); // "4M" with one bias fewer
    assertThat(count(RecurrentConfig.medium())).isEqualTo(19_780_400); // "20M"
    assertThat(count(RecurrentConfig.large())).isEqualTo(66_034_000); // "66M"
  }

  private static long count(RecurrentConfig config) {
    return config.model().parameters().values().stream()
        .mapToLong(p -> p.value().shape().elements().size())
        .sum();
  }

  /** PyTorch draws uniformly between -1 and 1 over the root of the width. */
  @Test
  void newWeightsAreAsPyTorchDrawsThem() {
    RecurrentConfig config = new RecurrentConfig(RecurrentLayer.Cell.LSTM, 50, 128, 256, 2, 0);
    try (TrainableModel model = TrainableModel.initialize(config.model(), 7)) {
      model
          .parameters()
          .forEach(
              (name, tensor) -> {
                if (name.startsWith("rnn.")) {
                  double squares = 0;
                  for (float value : tensor.toFloatArray()) {
                    assertThat(Math.abs(value)).isLessThanOrEqualTo(1 / 16f);
                    squares += (double) value * value;
                  }
                  assertThat(Math.sqrt(squares / tensor.elementCount()))
                      .as(name)
                      .isCloseTo(1 / Math.sqrt(3 * 256), within(0.002));
                }
              });
    }
  }

  @Test
  void readsBackWhatItWrites() {
    RecurrentConfig config = RecurrentConfig.medium();
    ModelConfig written = ModelConfig.of("config.json", config.model().configuration());
    assertThat(RecurrentConfig.from(written)).isEqualTo(config);
    assertThat(Architectures.of(written, Set.of()).parameters().keySet())
        .isEqualTo(config.model().parameters().keySet());
  }

  @Test
  void refusesWhatCannotBe() {
    JsonObject json = RecurrentConfig.small().model().configuration();
    json.addProperty("cell", "QRNN");
    assertThatThrownBy(() -> RecurrentConfig.from(ModelConfig.of("config.json", json)))
        .hasMessageContaining("cell is 'QRNN', expected LSTM, GRU or RNN");
    Graph graph = Graph.training("symbolic");
    graph.input("input_ids", ElementType.INT64, Shape.of("batch", "sequence"));
    assertThatThrownBy(() -> RecurrentConfig.small().model().forward(Inputs.of(graph)))
        .hasMessageContaining("trained on sequences of a fixed length, not of sequence");
  }
}
