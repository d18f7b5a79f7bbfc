package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Decodes node attributes that are not sub-graphs. */
final class Attributes {

  private Attributes() {}

  static Object decode(OnnxMl.AttributeProto attribute, String node, TensorDecoder tensors)
      throws IOException {
    return switch (attribute.getType()) {
      case INT -> attribute.getI();
      case FLOAT -> (double) attribute.getF();
      case STRING -> attribute.getS().toStringUtf8();
      case INTS -> attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
      case FLOATS -> attribute.getFloatsList().stream().mapToDouble(Float::doubleValue).toArray();
      case STRINGS -> attribute.getStringsList().stream().map(ByteString::toStringUtf8).toList();
      case TENSOR -> tensors.literal(attribute.getT());
      default ->
          throw new IllegalArgumentException(
              "attribute '"
                  + attribute.getName()
                  + "' of "
                  + node
                  + " is of kind "
                  + attribute.getType()
                  + ", which is not supported");
    };
  }

  /** The tensor that a Constant node gives, in whichever way it states it; null if unknown. */
  static OnnxMl.@Nullable TensorProto constant(OnnxMl.NodeProto node) {
    if (node.getAttributeCount() != 1 || node.getOutputCount() != 1) {
      return null;
    }
    OnnxMl.AttributeProto attribute = node.getAttribute(0);
    OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder();
    return switch (attribute.getName()) {
      case "value" -> attribute.getT();
      case "value_int" ->
          tensor
              .setDataType(OnnxMl.TensorProto.DataType.INT64_VALUE)
              .addInt64Data(attribute.getI())
              .build();
      case "value_ints" ->
          tensor
              .setDataType(OnnxMl.TensorProto.DataType.INT64_VALUE)
              .addDims(attribute.getIntsCount())
              .addAllInt64Data(attribute.getIntsList())
              .build();
      case "value_float" ->
          tensor
              .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
              .addFloatData(attribute.getF())
              .build();
      case "value_floats" ->
          tensor
              .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
              .addDims(attribute.getFloatsCount())
              .addAllFloatData(attribute.getFloatsList())
              .build();
      default -> null;
    };
  }
}
