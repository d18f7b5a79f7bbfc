package io.parlance.models.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.models.graph.ExportedClassifier;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.OnnxModel;
import io.parlance.models.graph.OnnxReader;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizationTest {

  private static final int ROWS = 48;
  private static final int WIDTH = 64;

  private static Tensor random(long seed, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.FLOAT32, shape);
    Random random = new Random(seed);
    for (int i = 0; i < tensor.elementCount(); i++) {
      tensor.buffer().putFloat(i * Float.BYTES, (float) random.nextGaussian());
    }
    return tensor;
  }

  private static List<String> operators(Graph graph) {
    return graph.nodes().stream().map(Node::operator).toList();
  }

  private static float[] run(FrozenGraph graph, Map<String, Tensor> inputs) {
    try (Session session =
            Session.load(graph.writer().toBytes(), "test", SessionOptions.defaults());
        Outputs outputs = session.run(inputs)) {
      return outputs.get("y").toFloatArray();
    }
  }

  private static double relativeError(float[] found, float[] expected) {
    double error = 0;
    double norm = 0;
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow(found[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(error / norm);
  }

  @Test
  void classifierOfAnotherToolKeepsItsLogits(@TempDir Path folder) throws IOException {
    Path target = folder.resolve("model_int8.onnx");
    Quantization.INT8.quantize(ExportedClassifier.file(), target);
    // logits are of the size of 3; the reference quantizer's own error on such models is as large
    assertThat(ExportedClassifier.largestError(target)).isLessThan(0.05);
    try (OnnxModel model = OnnxReader.read(target);
        OnnxModel original = OnnxReader.read(ExportedClassifier.file())) {
      // 12 products in two layers; the pooler's and the head's are Gemm; the head is tiny
      assertThat(operators(model.graph()).stream().filter("MatMulInteger"::equals)).hasSize(13);
      assertThat(model.weights().values().stream().filter(t -> t.type() == ElementType.INT8))
          .hasSize(15);
      assertThat(operators(model.graph()).stream().filter("Gemm"::equals)).hasSize(1);
      // a quarter, and at 32 features a row or column an eighth for its scale
      assertThat((double) bytes(model) / bytes(original)).isBetween(0.25, 0.4);
    }
  }

  private static long bytes(OnnxModel model) {
    return model.weights().values().stream()
        .mapToLong(t -> t.elementCount() * t.type().bytes())
        .sum();
  }

  @ParameterizedTest
  @CsvSource({"matMul", "transposed", "gemm", "gemmTransB"})
  void productsAreCloseInEverySpelling(String spelling) {
    Graph graph = Graph.inference(spelling);
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("rows", WIDTH));
    boolean outFirst = spelling.equals("transposed") || spelling.equals("gemmTransB");
    Value weight =
        outFirst
            ? graph.parameter("w", Initialization.ZEROS, ROWS, WIDTH)
            : graph.parameter("w", Initialization.ZEROS, WIDTH, ROWS);
    Value bias = graph.parameter("b", Initialization.ZEROS, ROWS);
    graph.output(
        "y",
        switch (spelling) {
          case "matMul" -> Operators.add(Operators.matMul(x, weight), bias);
          case "transposed" ->
              Operators.add(Operators.matMul(x, Operators.transpose(weight, 1, 0)), bias);
          default -> Operators.gemm(x, weight, bias, false, outFirst, 1);
        });
    Map<String, Tensor> weights =
        Map.of("w", random(1, weight.shape().sizes()), "b", random(2, ROWS));
    try (Tensor values = random(3, 5, WIDTH);
        FrozenGraph plain = FrozenGraph.of(graph, weights);
        FrozenGraph folded = TransposedWeights.fold(plain);
        FrozenGraph full = Quantization.INT8.apply(folded);
        FrozenGraph direct = Quantization.INT8.apply(plain);
        FrozenGraph reduced = new Quantization(true, Set.of()).apply(plain)) {
      Map<String, Tensor> inputs = Map.of("x", values);
      float[] expected = run(plain, inputs);
      assertThat(run(folded, inputs)).containsExactly(expected);
      assertThat(operators(folded.graph())).doesNotContain("Transpose");
      assertThat(operators(full.graph()))
          .contains("MatMulInteger")
          .doesNotContain("MatMul", "Gemm");
      // 8 bits: steps of 2 * 3 sigma / 255 for inputs and weights give about 1 %
      assertThat(relativeError(run(full, inputs), expected)).isBetween(1e-4, 0.015);
      assertThat(run(direct, inputs)).containsExactly(run(full, inputs));
      assertThat(relativeError(run(reduced, inputs), expected)).isBetween(1e-4, 0.025);
    }
    weights.values().forEach(Tensor::close);
  }

  @Test
  void embeddingsTiedToADecoderAreStoredOnce() {
    Graph graph = Graph.inference("tied");
    Value ids = graph.input("ids", ElementType.INT64, Shape.of("batch", "sequence"));
    Value table = graph.parameter("words", Initialization.ZEROS, ROWS, WIDTH);
    Value found = Operators.gather(table, ids, 0);
    graph.output("y", Operators.matMul(found, Operators.transpose(table, 1, 0)));
    Map<String, Tensor> weights = Map.of("words", random(4, ROWS, WIDTH));
    try (Tensor values = Tensor.of(new long[] {0, 47, -1, 7, 7, 20}, 2, 3);
        FrozenGraph plain = FrozenGraph.of(graph, weights);
        FrozenGraph folded = TransposedWeights.fold(plain);
        FrozenGraph quantized = Quantization.INT8.apply(folded)) {
      assertThat(folded.weights()).containsOnlyKeys("words");
      assertThat(quantized.weights())
          .containsOnlyKeys("words_quantized", "words_scale", "words_row_scale");
      assertThat(
              relativeError(
                  run(quantized, Map.of("ids", values)), run(plain, Map.of("ids", values))))
          .isLessThan(0.02);
    }
    weights.values().forEach(Tensor::close);
  }

  @Test
  void inputsThatSeveralProductsReadAreQuantizedOnce() {
    Graph graph = Graph.inference("shared");
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("rows", WIDTH));
    Value a = graph.parameter("a", Initialization.ZEROS, WIDTH, ROWS);
    Value b = graph.parameter("b", Initialization.ZEROS, WIDTH, ROWS);
    Value small = graph.parameter("small", Initialization.ZEROS, WIDTH, 2);
    Value sum = Operators.add(Operators.matMul(x, a), Operators.matMul(x, b));
    graph.output("y", Operators.matMul(Operators.transpose(sum, 1, 0), Operators.matMul(x, small)));
    Map<String, Tensor> weights =
        Map.of(
            "a", random(1, WIDTH, ROWS), "b", random(2, WIDTH, ROWS), "small", random(3, WIDTH, 2));
    try (FrozenGraph plain = FrozenGraph.of(graph, weights);
        FrozenGraph quantized = Quantization.INT8.apply(plain);
        FrozenGraph partly = new Quantization(false, Set.of("a")).apply(plain)) {
      assertThat(operators(quantized.graph()))
          .containsOnlyOnce("DynamicQuantizeLinear")
          .contains("MatMul");
      assertThat(quantized.weights().keySet())
          .containsExactlyInAnyOrder("a_quantized", "a_scale", "b_quantized", "b_scale", "small");
      assertThat(partly.weights()).containsKeys("a", "b_quantized");
    }
    weights.values().forEach(Tensor::close);
  }

  @Test
  void integersAreTheNearestAndSymmetric() {
    float[] values = {-1, 0.5f, 0, 0, 2.54f, -0.03f};
    try (Tensor matrix = Tensor.of(values, 3, 2)) {
      QuantizedMatrix rows = QuantizedMatrix.of("m", matrix, true, 127);
      assertThat(rows.scales()).containsExactly(1f / 127, 1, 2.54f / 127);
      // 0.5 * 127 = 63.5: ties to even; -0.03 / 0.02 = -1.5
      assertThat(rows.integers().toLongArray()).containsExactly(-127, 64, 0, 0, 127, -2);
      QuantizedMatrix columns = QuantizedMatrix.of("m", matrix, false, 63);
      assertThat(columns.scales()).containsExactly(2.54f / 63, 0.5f / 63);
      assertThat(columns.integers().toLongArray()).containsExactly(-25, 63, 0, 0, 63, -4);
      rows.integers().close();
      columns.integers().close();
    }
  }

  @Test
  void weightsThatAreNotFiniteAreRefused() {
    Graph graph = Graph.inference("broken");
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("rows", WIDTH));
    Value weight = graph.parameter("dense.weight", Initialization.ZEROS, WIDTH, ROWS);
    graph.output("y", Operators.matMul(x, weight));
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("dense.weight", random(1, WIDTH, ROWS));
    weights.values().forEach(t -> t.buffer().putFloat(40, Float.NaN));
    try (FrozenGraph plain = FrozenGraph.of(graph, weights)) {
      assertThatThrownBy(() -> Quantization.INT8.apply(plain))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("weight dense.weight holds NaN");
    }
    weights.values().forEach(Tensor::close);
  }
}
