package io.parlance.runtime;

import ai.onnx.proto.OnnxMl;
import java.util.List;
import java.util.Map;

/** Writes tiny ONNX graphs for tests. */
public final class TestGraph {
  private final OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("test");

  public TestGraph input(String name, int type, Object... dimensions) {
    graph.addInput(value(name, type, dimensions));
    return this;
  }

  public TestGraph output(String name, int type, Object... dimensions) {
    graph.addOutput(value(name, type, dimensions));
    return this;
  }

  public TestGraph node(String operator, List<String> inputs, String output) {
    return node(operator, inputs, output, Map.of());
  }

  public TestGraph node(
      String operator, List<String> inputs, String output, Map<String, Long> attributes) {
    OnnxMl.NodeProto.Builder node =
        OnnxMl.NodeProto.newBuilder().setOpType(operator).addAllInput(inputs).addOutput(output);
    attributes.forEach(
        (key, number) ->
            node.addAttribute(
                OnnxMl.AttributeProto.newBuilder()
                    .setName(key)
                    .setType(OnnxMl.AttributeProto.AttributeType.INT)
                    .setI(number)));
    graph.addNode(node);
    return this;
  }

  /** A float vector whose values lie in another file, from its beginning. */
  public TestGraph weightsElsewhere(String name, int length, String file) {
    graph.addInitializer(
        OnnxMl.TensorProto.newBuilder()
            .setName(name)
            .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
            .addDims(length)
            .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                OnnxMl.StringStringEntryProto.newBuilder().setKey("location").setValue(file)));
    return this;
  }

  public byte[] bytes() {
    return OnnxMl.ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static OnnxMl.ValueInfoProto value(String name, int type, Object... dimensions) {
    OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
    for (Object size : dimensions) {
      OnnxMl.TensorShapeProto.Dimension.Builder dimension =
          OnnxMl.TensorShapeProto.Dimension.newBuilder();
      if (size instanceof String symbol) {
        dimension.setDimParam(symbol);
      } else {
        dimension.setDimValue((Integer) size);
      }
      shape.addDim(dimension);
    }
    return OnnxMl.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            OnnxMl.TypeProto.newBuilder()
                .setTensorType(
                    OnnxMl.TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
        .build();
  }
}
