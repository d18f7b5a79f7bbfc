package io.parlance.models.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxReaderTest {

  @TempDir Path folder;

  private Path write(OnnxMl.GraphProto.Builder graph, String... domains) throws IOException {
    OnnxMl.ModelProto.Builder model =
        OnnxMl.ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
            .setGraph(graph);
    for (String domain : domains) {
      model.addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1));
    }
    return Files.write(folder.resolve("model.onnx"), model.build().toByteArray());
  }

  private static OnnxMl.ValueInfoProto info(String name, ElementType type, Object... sizes) {
    OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
    for (Object size : sizes) {
      OnnxMl.TensorShapeProto.Dimension.Builder dimension = shape.addDimBuilder();
      if (size instanceof Integer number) {
        dimension.setDimValue(number);
      } else {
        dimension.setDimParam((String) size);
      }
    }
    OnnxMl.TypeProto.Builder described = OnnxMl.TypeProto.newBuilder();
    described.getTensorTypeBuilder().setElemType(OnnxTypes.code(type)).setShape(shape);
    return OnnxMl.ValueInfoProto.newBuilder().setName(name).setType(described).build();
  }

  private static OnnxMl.NodeProto.Builder node(String operator, String output, String... inputs) {
    return OnnxMl.NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output);
  }

  private static OnnxMl.TensorProto.Builder floats(String name, int... sizes) {
    OnnxMl.TensorProto.Builder tensor =
        OnnxMl.TensorProto.newBuilder().setName(name).setDataType(1);
    int elements = 1;
    for (int size : sizes) {
      tensor.addDims(size);
      elements *= size;
    }
    for (int i = 0; i < elements; i++) {
      tensor.addFloatData(i);
    }
    return tensor;
  }

  private static float[] run(Path file, Map<String, Tensor> inputs, String output) {
    try (Session session = Session.load(file, SessionOptions.defaults());
        Outputs outputs = session.run(inputs)) {
      return outputs.get(output).toFloatArray();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, OnnxWriter.DEFAULT_EXTERNAL_DATA_THRESHOLD})
  void aModelOfAnotherToolGivesTheSameAfterReadingAndWriting(long threshold) throws IOException {
    Path copy = folder.resolve("copy.onnx");
    Path second = folder.resolve("second.onnx");
    try (OnnxModel model = OnnxReader.read(ExportedClassifier.file())) {
      assertThat(model.graph().inputs().values().stream().map(Value::toString))
          .containsExactly(
              "input_ids:INT64[batch_size, sequence_length]",
              "attention_mask:INT64[batch_size, sequence_length]",
              "token_type_ids:INT64[batch_size, sequence_length]");
      assertThat(model.graph().outputs().get("logits"))
          .hasToString("logits:FLOAT32[batch_size, 3]");
      assertThat(model.graph().parameters().keySet())
          .isEqualTo(model.weights().keySet())
          .contains("m.bert.embeddings.word_embeddings.weight");
      assertThat(model.graph().nodes().stream().flatMap(n -> n.outputs().stream()))
          .allMatch(Value::isDescribed);
      model.writer().externalDataAbove(threshold).write(copy);
    }
    // the reference itself differs from ONNX Runtime by up to 1e-5
    assertThat(ExportedClassifier.largestError(copy))
        .isEqualTo(ExportedClassifier.largestError(ExportedClassifier.file()))
        .isLessThan(1e-5);
    assertThat(Files.exists(folder.resolve("copy.onnx_data"))).isEqualTo(threshold == 0);
    try (OnnxModel again = OnnxReader.read(copy)) {
      again.writer().externalDataAbove(threshold).write(second);
    }
    if (threshold != 0) {
      assertThat(second).hasSameBinaryContentAs(copy);
    }
  }

  @Test
  void branchesReadValuesOfTheEnclosingGraphAndKeepTheirOwnWeights() throws IOException {
    OnnxMl.GraphProto.Builder then =
        OnnxMl.GraphProto.newBuilder()
            .setName("then")
            .addInitializer(floats("w", 2, 2))
            .addNode(node("MatMul", "product", "x", "w"))
            .addOutput(info("product", ElementType.FLOAT32, "batch", 2));
    OnnxMl.GraphProto.Builder otherwise =
        OnnxMl.GraphProto.newBuilder()
            .setName("else")
            .addInitializer(floats("w", 2))
            .addNode(node("Add", "product", "shifted", "w"))
            .addOutput(info("product", ElementType.FLOAT32, "batch", 2));
    OnnxMl.NodeProto.Builder choice = node("If", "y", "condition");
    choice.addAttribute(
        OnnxMl.AttributeProto.newBuilder()
            .setName("then_branch")
            .setType(AttributeType.GRAPH)
            .setG(then));
    choice.addAttribute(
        OnnxMl.AttributeProto.newBuilder()
            .setName("else_branch")
            .setType(AttributeType.GRAPH)
            .setG(otherwise));
    Path file =
        write(
            OnnxMl.GraphProto.newBuilder()
                .setName("branches")
                .addInput(info("x", ElementType.FLOAT32, "batch", 2))
                .addInput(info("condition", ElementType.BOOL))
                .addInitializer(floats("one").clearFloatData().addFloatData(1))
                .addNode(node("Add", "shifted", "x", "one"))
                .addNode(choice)
                .addOutput(info("y", ElementType.FLOAT32, "batch", 2)));
    Path copy = folder.resolve("copy.onnx");
    try (OnnxModel model = OnnxReader.read(file)) {
      assertThat(model.weights()).containsOnlyKeys("w_", "w__");
      model.writer().write(copy);
    }
    try (Tensor x = Tensor.of(new float[] {10, 20}, 1, 2);
        Tensor yes = Tensor.of(new boolean[] {true});
        Tensor no = Tensor.of(new boolean[] {false})) {
      assertThat(run(copy, Map.of("x", x, "condition", yes), "y")).containsExactly(40, 70);
      assertThat(run(copy, Map.of("x", x, "condition", no), "y")).containsExactly(11, 22);
    }
  }

  @Test
  void unknownOperatorsStayAsTheyAre() throws IOException {
    OnnxMl.NodeProto.Builder unknown = node("Conjure", "magic", "x").setDomain("org.example");
    unknown.addOutput("").addOutput("more");
    unknown.addAttribute(
        OnnxMl.AttributeProto.newBuilder()
            .setName("spells")
            .setType(AttributeType.STRINGS)
            .addStrings(com.google.protobuf.ByteString.copyFromUtf8("abra")));
    unknown.addAttribute(
        OnnxMl.AttributeProto.newBuilder()
            .setName("powers")
            .setType(AttributeType.FLOATS)
            .addFloats(0.5f));
    Path file =
        write(
            OnnxMl.GraphProto.newBuilder()
                .setName("opaque")
                .addInput(info("x", ElementType.FLOAT32, "4*batch"))
                .addNode(unknown)
                .addNode(node("Neg", "y", "magic"))
                .addNode(node("Neg", "z", "more"))
                .addValueInfo(info("more", ElementType.INT32, 3))
                .addOutput(info("y", ElementType.FLOAT32, "n"))
                .addOutput(info("z", ElementType.INT32, 3)),
            "org.example");
    Path copy = folder.resolve("copy.onnx");
    try (OnnxModel model = OnnxReader.read(file)) {
      Node kept = model.graph().nodes().get(0);
      assertThat(kept.domain()).isEqualTo("org.example");
      assertThat(kept.outputs()).hasSize(3);
      assertThat(kept.outputs().get(0).isDescribed()).isFalse();
      assertThat(kept.outputs().get(2)).hasToString("more:INT32[3]");
      assertThatThrownBy(() -> kept.outputs().get(0).shape())
          .hasMessage("the shape of magic is not known");
      assertThat(model.graph().inputs().values())
          .extracting(input -> input.shape().get(0))
          .containsExactly(Dimension.of(4).times(Dimension.of("batch")));
      model.writer().write(copy);
    }
    OnnxMl.ModelProto written = OnnxMl.ModelProto.parseFrom(Files.readAllBytes(copy));
    assertThat(written.getOpsetImportList())
        .extracting(OnnxMl.OperatorSetIdProto::getDomain)
        .containsExactly("", "org.example");
    OnnxMl.NodeProto node = written.getGraph().getNode(0);
    assertThat(node.getOutputList()).containsExactly("magic", "", "more");
    assertThat(node.getAttributeList())
        .extracting(OnnxMl.AttributeProto::getName)
        .containsExactly("powers", "spells");
  }

  @Test
  void readsEveryWayToHoldNumbers() throws IOException {
    OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("numbers");
    graph.addInitializer(floats("f32", 3));
    graph.addInitializer(
        OnnxMl.TensorProto.newBuilder()
            .setName("f64")
            .setDataType(11)
            .addDims(2)
            .addDoubleData(0.1)
            .addDoubleData(-1e300));
    graph.addInitializer( // 1, -2 and 65504 as IEEE 754 binary16
        OnnxMl.TensorProto.newBuilder()
            .setName("f16")
            .setDataType(10)
            .addDims(3)
            .addAllInt32Data(List.of(0x3C00, 0xC000, 0x7BFF)));
    OnnxMl.TensorProto.Builder wide =
        OnnxMl.TensorProto.newBuilder().setName("u8").setDataType(2).addDims(1025);
    for (int i = 0; i < 1025; i++) {
      wide.addInt32Data(i & 255);
    }
    graph.addInitializer(wide);
    OnnxMl.NodeProto.Builder constant = node("Constant", "axes");
    constant.addAttribute(
        OnnxMl.AttributeProto.newBuilder()
            .setName("value_ints")
            .setType(AttributeType.INTS)
            .addInts(-1));
    graph.addNode(constant);
    graph.addNode(node("Unsqueeze", "y", "f32", "axes"));
    graph.addNode(node("Identity", "z", "f64"));
    graph.addOutput(info("y", ElementType.FLOAT32, 3, 1));
    graph.addOutput(info("z", ElementType.FLOAT64, 2));
    try (OnnxModel model = OnnxReader.read(write(graph))) {
      Map<String, Tensor> weights = model.weights();
      assertThat(weights).containsOnlyKeys("f32", "f64", "f16", "u8");
      assertThat(weight(weights, "f32").toFloatArray()).containsExactly(0, 1, 2);
      assertThat(weight(weights, "f64").toDoubleArray()).containsExactly(0.1, -1e300);
      assertThat(weight(weights, "f16").toFloatArray()).containsExactly(1, -2, 65504);
      assertThat(weight(weights, "u8").toLongArray()).endsWith(254, 255, 0);
      assertThat(model.graph().outputs().get("y")).hasToString("y:FLOAT32[3, 1]");
    }
  }

  private static Tensor weight(Map<String, Tensor> weights, String name) {
    Tensor tensor = weights.get(name);
    if (tensor == null) {
      throw new AssertionError("no weight " + name);
    }
    return tensor;
  }

  @Test
  void brokenFilesAreRefusedWithFileAndReason() throws IOException {
    Path file = folder.resolve("model.onnx");
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining(file.toString());
    byte[] whole = Files.readAllBytes(ExportedClassifier.file());
    for (int length : new int[] {1, 1000, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> OnnxReader.read(file))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining(file + " (" + length + " bytes)")
          .hasMessageContaining("is truncated");
    }
    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> OnnxReader.read(file)).hasMessageContaining(file + " has 0 bytes");
    Files.writeString(file, "<html>Not found</html>");
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining(file.toString());
    OnnxMl.GraphProto.Builder graph =
        OnnxMl.GraphProto.newBuilder().setName("bad").addOutput(info("y", ElementType.FLOAT32, 2));
    refused(graph.clone().addNode(node("Neg", "y", "nothing")), "'nothing' is read by node");
    refused(
        graph.clone().addInitializer(floats("y", 2).addFloatData(0)),
        "tensor 'y' of shape [2] has 3 elements");
    refused(
        graph.clone().addInitializer(floats("y", 2).setDataType(8)),
        "element type STRING, which is not supported");
    refused(
        graph.clone().addInitializer(floats("y", 2)).addInitializer(floats("y", 2)),
        "the name 'y' is defined twice");
  }

  @Test
  void noDamageGivesAnythingButAModelOrARefusal() throws IOException {
    Random random = new Random(1);
    byte[] whole = Files.readAllBytes(ExportedClassifier.file());
    Path file = folder.resolve("damaged.onnx");
    int refused = 0;
    for (int round = 0; round < 300; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 20; i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try (OnnxModel model = OnnxReader.read(Files.write(file, damaged))) {
        assertThat(model.graph().outputs()).isNotEmpty();
      } catch (ModelUnusableException e) {
        assertThat(e).hasMessageContaining(file.toString());
        refused++;
      }
    }
    assertThat(refused).isBetween(50, 300);
  }

  private void refused(OnnxMl.GraphProto.Builder graph, String reason) throws IOException {
    Path file = write(graph);
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(reason);
  }

  @Test
  void weightsBesideTheModelAreCheckedBeforeTheyAreRead() throws IOException {
    Path file = folder.resolve("model.onnx");
    try (OnnxModel model = OnnxReader.read(ExportedClassifier.file())) {
      model.writer().externalDataAbove(0).write(file);
    }
    Path data = folder.resolve("model.onnx_data");
    byte[] whole = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> OnnxReader.read(file))
        .hasMessageContaining(data.toString())
        .hasMessageContaining("may be truncated");
    Files.delete(data);
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining(data.toString())
        .hasMessageContaining("missing");
    for (String location : Stream.of("../secret", "/etc/passwd", "").toList()) {
      OnnxMl.TensorProto.Builder outside =
          OnnxMl.TensorProto.newBuilder()
              .setName("y")
              .setDataType(1)
              .addDims(1)
              .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL)
              .addExternalData(
                  OnnxMl.StringStringEntryProto.newBuilder().setKey("location").setValue(location));
      refused(
          OnnxMl.GraphProto.newBuilder()
              .setName("outside")
              .addInitializer(outside)
              .addOutput(info("y", ElementType.FLOAT32, 1)),
          "not in the model's folder");
    }
  }
}
