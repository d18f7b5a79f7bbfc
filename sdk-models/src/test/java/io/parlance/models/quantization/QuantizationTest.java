package io.parlance.models.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto;
import io.parlance.InvalidInputException;
import io.parlance.models.graph.ExportedClassifier;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.OnnxFile;
import io.parlance.models.graph.OnnxModel;
import io.parlance.models.graph.OnnxReader;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @TempDir Path folder;

  private static Tensor random(long seed, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.FLOAT32, shape);
    Random random = new Random(seed);
    for (int i = 0; i < tensor.elementCount(); i++) {
      tensor.buffer().putFloat(i * Float.BYTES, (float) random.nextGaussian());
    }
    return tensor;
  }

  private static List<String> operators(Path file) {
    try (OnnxModel model = OnnxReader.read(file)) {
      return model.graph().nodes().stream().map(Node::operator).toList();
    }
  }

  private static Set<String> weights(Path file) {
    try (OnnxModel model = OnnxReader.read(file)) {
      return Set.copyOf(model.weights().keySet());
    }
  }

  private Path write(Graph graph, Map<String, Tensor> weights) {
    Path file = folder.resolve("model.onnx");
    OnnxWriter.of(graph).keepAllInputs().weights(weights).write(file);
    weights.values().forEach(Tensor::close);
    return file;
  }

  private Path quantized(Path source, Quantization quantization, String name) {
    Path target = folder.resolve(name);
    quantization.quantize(source, target);
    return target;
  }

  private static float[] run(Path file, Map<String, Tensor> inputs) {
    try (Session session = Session.load(file, SessionOptions.defaults());
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
  void classifierOfAnotherToolKeepsItsLogits() throws IOException {
    Path target = folder.resolve("model_quantized.onnx");
    QuantizedFile done = Quantization.INT8.quantize(ExportedClassifier.file(), target);
    // logits are of the size of 3; the reference quantizer's own error on such models is as large
    assertThat(ExportedClassifier.largestError(target)).isLessThan(0.05);
    assertThat(done).isEqualTo(new QuantizedFile(target, 15, 0));
    // 12 products in two layers; the pooler's is Gemm, as is the head's, which is tiny
    assertThat(operators(target).stream().filter("MatMulInteger"::equals)).hasSize(13);
    assertThat(operators(target).stream().filter("Gemm"::equals)).hasSize(1);
    try (OnnxModel model = OnnxReader.read(target);
        OnnxModel original = OnnxReader.read(ExportedClassifier.file())) {
      // a quarter, and at 32 features a row or column an eighth for its scale
      assertThat((double) bytes(model) / bytes(original)).isBetween(0.25, 0.4);
    }
  }

  private static long bytes(OnnxModel model) {
    return model.weights().values().stream()
        .mapToLong(t -> t.elementCount() * t.type().bytes())
        .sum();
  }

  private static Graph product(String spelling) {
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
    return graph;
  }

  private Path writtenProduct(String spelling) {
    Graph graph = product(spelling);
    long[] shape = graph.parameters().get("w").value().shape().sizes();
    return write(graph, Map.of("w", random(1, shape), "b", random(2, ROWS)));
  }

  @ParameterizedTest
  @CsvSource({"matMul", "transposed", "gemm", "gemmTransB"})
  void productsAreCloseInEverySpelling(String spelling) {
    Path plain = writtenProduct(spelling);
    Path full = quantized(plain, Quantization.INT8, "int8.onnx");
    Path reduced = quantized(plain, new Quantization(WeightFormat.INT8, true, Set.of()), "r.onnx");
    Path four = quantized(plain, Quantization.INT4, "q4.onnx");
    assertThat(operators(full))
        .contains("MatMulInteger")
        .doesNotContain("MatMul", "Gemm", "Transpose");
    assertThat(operators(four)).containsExactly("MatMulNBits", "Add");
    try (Tensor values = random(3, 5, WIDTH)) {
      Map<String, Tensor> inputs = Map.of("x", values);
      float[] expected = run(plain, inputs);
      // 8 bits: steps of 2 * 3 sigma / 255 for inputs and weights give about 1 %
      assertThat(relativeError(run(full, inputs), expected)).isBetween(1e-4, 0.015);
      assertThat(relativeError(run(reduced, inputs), expected)).isBetween(1e-4, 0.025);
      // the largest of 32 normal numbers is 2.1 sigma on average, a step 2.1 / 8 of it: an error of
      // 0.26 / sqrt(12) = 0.076 sigma
      assertThat(relativeError(run(four, inputs), expected)).isBetween(0.05, 0.1);
    }
  }

  @ParameterizedTest
  @CsvSource({"INT8, 0.02", "INT4, 0.15"})
  void embeddingsTiedToADecoderAreStoredOnce(WeightFormat format, double largest) {
    Graph graph = Graph.inference("tied");
    Value ids = graph.input("ids", ElementType.INT64, Shape.of("batch", "sequence"));
    Value table = graph.parameter("words", Initialization.ZEROS, ROWS, WIDTH);
    Value found = Operators.gather(table, ids, 0);
    graph.output("y", Operators.matMul(found, Operators.transpose(table, 1, 0)));
    Path plain = write(graph, Map.of("words", random(4, ROWS, WIDTH)));
    Path small = quantized(plain, new Quantization(format, false, Set.of()), "small.onnx");
    assertThat(weights(small))
        .isEqualTo(
            format == WeightFormat.INT8
                ? Set.of("words_quantized", "words_scale", "words_row_scale")
                : Set.of("words_q4", "words_q4_scales"));
    try (Tensor values = Tensor.of(new long[] {0, 47, 1, 7, 7, 20}, 2, 3)) {
      Map<String, Tensor> inputs = Map.of("ids", values);
      assertThat(relativeError(run(small, inputs), run(plain, inputs))).isLessThan(largest);
    }
  }

  @Test
  void inputsThatSeveralProductsReadAreQuantizedOnceAndWeightsCanBeLeft() {
    Graph graph = Graph.inference("shared");
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("rows", WIDTH));
    Value a = graph.parameter("layer.0.a", Initialization.ZEROS, WIDTH, ROWS);
    Value b = graph.parameter("b", Initialization.ZEROS, WIDTH, ROWS);
    Value small = graph.parameter("small", Initialization.ZEROS, WIDTH, 2);
    Value sum = Operators.add(Operators.matMul(x, a), Operators.matMul(x, b));
    graph.output("y", Operators.matMul(Operators.transpose(sum, 1, 0), Operators.matMul(x, small)));
    Path plain =
        write(
            graph,
            Map.of(
                "layer.0.a", random(1, WIDTH, ROWS),
                "b", random(2, WIDTH, ROWS),
                "small", random(3, WIDTH, 2)));
    Path all = quantized(plain, Quantization.INT8, "all.onnx");
    assertThat(operators(all)).containsOnlyOnce("DynamicQuantizeLinear").contains("MatMul");
    assertThat(weights(all))
        .containsExactlyInAnyOrder(
            "layer.0.a_quantized", "layer.0.a_scale", "b_quantized", "b_scale", "small");
    Path partly = quantized(plain, Quantization.INT8.excluding(List.of("layer.*.a")), "p.onnx");
    assertThat(weights(partly))
        .containsExactlyInAnyOrder("layer.0.a", "b_quantized", "b_scale", "small");
    assertThatThrownBy(() -> Quantization.INT4.quantize(all, folder.resolve("again.onnx")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is quantized already (it has ");
    assertThat(folder.resolve("again.onnx")).doesNotExist();
  }

  /** {@code If(use) y = x w else y = x w} with the weight outside, as merged decoders have it. */
  private Path branches(Tensor weight) {
    Path single = writtenProduct("matMul");
    OnnxMl.ModelProto model = OnnxFile.read(single).message();
    OnnxMl.GraphProto plain = model.getGraph();
    OnnxMl.NodeProto.Builder choice =
        OnnxMl.NodeProto.newBuilder().setOpType("If").addInput("use").addOutput("y");
    for (String name : List.of("then_branch", "else_branch")) {
      OnnxMl.GraphProto.Builder branch =
          OnnxMl.GraphProto.newBuilder()
              .setName(name)
              .addNode(
                  OnnxMl.NodeProto.newBuilder()
                      .setOpType("MatMul")
                      .addInput("x")
                      .addInput(name.equals("then_branch") ? "w" : "v")
                      .addOutput("product"))
              .addOutput(plain.getOutput(0).toBuilder().setName("product"));
      if (name.equals("else_branch")) {
        branch.addInitializer(OnnxFile.initializer("v", weight));
      }
      choice.addAttribute(
          AttributeProto.newBuilder()
              .setName(name)
              .setType(AttributeProto.AttributeType.GRAPH)
              .setG(branch));
    }
    OnnxMl.ValueInfoProto use =
        OnnxMl.ValueInfoProto.newBuilder()
            .setName("use")
            .setType(
                OnnxMl.TypeProto.newBuilder()
                    .setTensorType(
                        OnnxMl.TypeProto.Tensor.newBuilder()
                            .setElemType(OnnxMl.TensorProto.DataType.BOOL_VALUE)
                            .setShape(OnnxMl.TensorShapeProto.getDefaultInstance())))
            .build();
    Path file = folder.resolve("merged.onnx");
    OnnxFile.write(
        model.toBuilder()
            .setGraph(plain.toBuilder().clearNode().addNode(choice).addInput(use))
            .build(),
        file);
    return file;
  }

  @ParameterizedTest
  @CsvSource({"INT8, 0.015", "INT4, 0.1"})
  void weightsOfAndOutsideBranchesAreQuantized(WeightFormat format, double largest) {
    try (Tensor inner = random(9, WIDTH, ROWS);
        Tensor values = random(3, 5, WIDTH)) {
      Path plain = branches(inner);
      Path small = folder.resolve("small.onnx");
      QuantizedFile done = new Quantization(format, false, Set.of()).quantize(plain, small);
      assertThat(done.quantized()).isEqualTo(2);
      assertThat(small.toFile().length()).isLessThan(plain.toFile().length() / 2);
      for (boolean branch : List.of(true, false)) {
        try (Tensor use = Tensor.of(new boolean[] {branch})) {
          Map<String, Tensor> inputs = Map.of("x", values, "use", use);
          assertThat(relativeError(run(small, inputs), run(plain, inputs)))
              .isBetween(1e-4, largest);
        }
      }
    }
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
  void blocksHoldTwoIntegersAByteAndAreFilledWithZeros() {
    float[] values = {-1, 0.5f, 0.25f, 0, 0, 0};
    try (Tensor matrix = Tensor.of(values, 2, 3)) {
      BlockQuantizedMatrix rows = BlockQuantizedMatrix.of("m", matrix, true);
      assertThat(rows.packed().shape()).containsExactly(2, 1, 16);
      // -1 is the largest: scale 1/8, integers 0, 12, 10 and 8 for zero
      assertThat(rows.scales().toFloatArray()).containsExactly(0.125f, 1);
      assertThat(rows.packed().toLongArray()).startsWith(0xC0, 0x8A, 0x88).endsWith(0x88);
      rows.packed().close();
      rows.scales().close();
    }
  }

  @ParameterizedTest
  @CsvSource({"INT8", "INT4"})
  void weightsThatAreNotFiniteAreRefused(WeightFormat format) {
    Tensor weight = random(1, WIDTH, ROWS);
    weight.buffer().putFloat(40, Float.NaN);
    Path plain = write(product("matMul"), Map.of("w", weight, "b", random(2, ROWS)));
    Path target = folder.resolve("target.onnx");
    assertThatThrownBy(() -> new Quantization(format, false, Set.of()).quantize(plain, target))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("weight w holds NaN");
    assertThat(Files.exists(target)).isFalse();
  }
}
