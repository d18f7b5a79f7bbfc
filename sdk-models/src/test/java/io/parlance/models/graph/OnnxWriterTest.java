package io.parlance.models.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxWriterTest {

  private static final float[] X = {1, 2, 3, 4};
  private static final float[] WEIGHT = {1, 10, 100, 1000};

  private final Graph graph = Graph.inference("linear");
  private final Value x = graph.input("x", ElementType.FLOAT32, Shape.of("batch", 2));
  private final Value unused = graph.input("unused", ElementType.INT64, Shape.of("batch"));
  private final Value weight = graph.parameter("dense.weight", Initialization.ZEROS, 2, 2);
  private final Value product = Operators.matMul(x, weight);
  private final Value sum = Operators.add(product, 0.5);

  private static Map<String, Tensor> tensors(Object... pairs) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      tensors.put((String) pairs[i], (Tensor) pairs[i + 1]);
    }
    return tensors;
  }

  @Test
  void parametersAreInputsUntilTheirValuesAreGiven() {
    Map<String, Value> outputs = Map.of("sum", sum);
    try (Tensor values = Tensor.of(X, 2, 2);
        Tensor weights = Tensor.of(WEIGHT, 2, 2);
        Session training =
            Session.load(
                OnnxWriter.of(graph).outputs(outputs).toBuffer(),
                "training",
                SessionOptions.defaults());
        Session exported =
            Session.load(
                OnnxWriter.of(graph)
                    .outputs(outputs)
                    .weights(Map.of("dense.weight", weights))
                    .toBytes(),
                "exported",
                SessionOptions.defaults());
        Outputs trained = training.run(tensors("x", values, "dense.weight", weights));
        Outputs run = exported.run(tensors("x", values))) {
      assertThat(training.inputs()).containsOnlyKeys("x", "dense.weight");
      assertThat(exported.inputs()).containsOnlyKeys("x");
      float[] expected = {201.5f, 2010.5f, 403.5f, 4030.5f};
      assertThat(trained.get("sum").toFloatArray()).containsExactly(expected);
      assertThat(run.get("sum").toFloatArray()).containsExactly(expected);
    }
  }

  @Test
  void writesOnlyWhatOutputsNeed() throws Exception {
    OnnxMl.GraphProto message =
        OnnxMl.ModelProto.parseFrom(
                OnnxWriter.of(graph).outputs(Map.of("product", product)).toBytes())
            .getGraph();
    assertThat(message.getNodeList())
        .extracting(OnnxMl.NodeProto::getOpType)
        .containsExactly("MatMul");
    assertThat(message.getInitializerList()).isEmpty();
    assertThat(message.getInputList())
        .extracting(OnnxMl.ValueInfoProto::getName)
        .containsExactly("x", "dense.weight");
    assertThat(
            OnnxMl.ModelProto.parseFrom(
                    OnnxWriter.of(graph)
                        .outputs(Map.of("product", product))
                        .keepAllInputs()
                        .toBytes())
                .getGraph()
                .getInputList())
        .extracting(OnnxMl.ValueInfoProto::getName)
        .containsExactly("x", unused.name(), "dense.weight");
  }

  @Test
  void keepsSymbolicDimensionsAndLeavesUnknownOnesOpen() throws Exception {
    Graph flat = Graph.inference("flat");
    Value ids = flat.input("ids", ElementType.FLOAT32, Shape.of("batch", "sequence", 4));
    Value open = Operators.slice(ids, 1, 1, 100);
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("ids_out", ids);
    outputs.put("open", open);
    OnnxMl.GraphProto message =
        OnnxMl.ModelProto.parseFrom(OnnxWriter.of(flat).outputs(outputs).toBytes()).getGraph();
    assertThat(dimensions(message.getInput(0))).containsExactly("batch", "sequence", "4");
    assertThat(dimensions(message.getOutput(0))).containsExactly("batch", "sequence", "4");
    assertThat(dimensions(message.getOutput(1))).containsExactly("batch", "", "4");
  }

  private static List<String> dimensions(OnnxMl.ValueInfoProto info) {
    return info.getType().getTensorType().getShape().getDimList().stream()
        .map(d -> d.hasDimValue() ? Long.toString(d.getDimValue()) : d.getDimParam())
        .toList();
  }

  @Test
  void oneValueCanBeSeveralOutputsAndTakeOverNames() {
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("first", product);
    outputs.put("second", product);
    outputs.put(product.name(), sum); // the name that another node's value has
    outputs.put("input", x);
    try (Tensor values = Tensor.of(X, 2, 2);
        Tensor weights = Tensor.of(WEIGHT, 2, 2);
        Session session =
            Session.load(
                OnnxWriter.of(graph)
                    .outputs(outputs)
                    .weights(Map.of("dense.weight", weights))
                    .toBytes(),
                "names",
                SessionOptions.defaults());
        Outputs run = session.run(tensors("x", values))) {
      assertThat(session.outputs().keySet()).containsExactlyElementsOf(outputs.keySet());
      assertThat(run.get("first").toFloatArray()).containsExactly(201, 2010, 403, 4030);
      assertThat(run.get("second").toFloatArray()).containsExactly(201, 2010, 403, 4030);
      assertThat(run.get(product.name()).toFloatArray())
          .containsExactly(201.5f, 2010.5f, 403.5f, 4030.5f);
      assertThat(run.get("input").toFloatArray()).containsExactly(X);
    }
  }

  @Test
  void refusesWhatCannotBeWritten() {
    OnnxWriter writer = OnnxWriter.of(graph);
    assertThatThrownBy(writer::toBytes)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("graph linear")
        .hasMessageContaining("has no outputs");
    assertThatThrownBy(() -> writer.outputs(Map.of("x", sum)).toBytes())
        .hasMessageContaining("output x of graph linear")
        .hasMessageContaining("also the name of an input or parameter");
    OnnxWriter summing = writer.outputs(Map.of("sum", sum));
    assertThatThrownBy(() -> summing.weights(Map.of()).toBytes())
        .hasMessageContaining("no value is given for parameter dense.weight");
    try (Tensor wrong = Tensor.of(X, 4)) {
      assertThatThrownBy(() -> summing.weights(Map.of("dense.weight", wrong)).toBytes())
          .hasMessageContaining("dense.weight:FLOAT32[2, 2]")
          .hasMessageContaining("FLOAT32[4]");
    }
  }

  @Test
  void sameGraphGivesSameBytesWithProducerAndVersions() throws Exception {
    OnnxWriter writer =
        OnnxWriter.of(graph).outputs(Map.of("sum", sum)).metadata(Map.of("seed", "7"));
    byte[] bytes = writer.toBytes();
    assertThat(writer.toBytes()).isEqualTo(bytes);
    OnnxMl.ModelProto message = OnnxMl.ModelProto.parseFrom(bytes);
    assertThat(message.getProducerName()).isEqualTo("parlance");
    assertThat(message.getIrVersion()).isEqualTo(8);
    assertThat(message.getOpsetImportList()).hasSize(1);
    assertThat(message.getOpsetImport(0).getVersion()).isEqualTo(17);
    assertThat(message.getMetadataProps(0).getKey()).isEqualTo("seed");
    assertThat(message.getMetadataProps(0).getValue()).isEqualTo("7");
    ByteString.Output copy = ByteString.newOutput();
    copy.write(bytes);
    assertThat(ByteString.copyFrom(writer.toBuffer())).isEqualTo(copy.toByteString());
  }

  @Test
  void weightsAboveTheThresholdGoToASecondFile(@TempDir Path folder) throws Exception {
    Graph large = Graph.inference("large");
    Value input = large.input("x", ElementType.FLOAT32, Shape.of("batch", 32));
    Value first = large.parameter("first", Initialization.ZEROS, 32, 33);
    Value second = large.parameter("second", Initialization.ZEROS, 33, 16);
    Value bias = large.parameter("bias", Initialization.ZEROS, 16);
    large.output(
        "y", Operators.add(Operators.matMul(Operators.matMul(input, first), second), bias));
    Path file = folder.resolve("model.onnx");
    try (Tensor values = ramp(2, 32);
        Tensor a = ramp(32, 33);
        Tensor b = ramp(33, 16);
        Tensor c = ramp(16)) {
      OnnxWriter writer = OnnxWriter.of(large).weights(Map.of("first", a, "second", b, "bias", c));
      writer.externalDataAbove(4000).write(file);
      assertThat(Files.size(folder.resolve("model.onnx_data"))).isEqualTo(8192 + 33 * 16 * 4);
      float[] apart = run(file, values);
      writer.write(file);
      assertThat(folder).isDirectoryContaining("glob:**/model.onnx");
      assertThat(folder.toFile().list()).containsExactly("model.onnx");
      assertThat(run(file, values)).containsExactly(apart);
    }
  }

  private static Tensor ramp(long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.FLOAT32, shape);
    for (int i = 0; i < tensor.elementCount(); i++) {
      tensor.buffer().putFloat(i * Float.BYTES, (i % 17) - 8);
    }
    return tensor;
  }

  private static float[] run(Path file, Tensor values) {
    try (Session session = Session.load(file, SessionOptions.defaults());
        Outputs outputs = session.run(Map.of("x", values))) {
      return outputs.get("y").toFloatArray();
    }
  }
}
