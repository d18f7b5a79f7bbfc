package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import io.parlance.runtime.ElementType;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Numbers of element types in the ONNX format ({@code TensorProto.DataType}). */
final class OnnxTypes {

  private static final Map<ElementType, Integer> CODES =
      Map.of(
          ElementType.FLOAT32, 1,
          ElementType.UINT8, 2,
          ElementType.INT8, 3,
          ElementType.INT32, 6,
          ElementType.INT64, 7,
          ElementType.BOOL, 9,
          ElementType.FLOAT16, 10,
          ElementType.FLOAT64, 11,
          ElementType.BFLOAT16, 16);

  private static final Map<Integer, ElementType> TYPES =
      CODES.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));

  private OnnxTypes() {}

  static int code(ElementType type) {
    Integer code = CODES.get(type);
    if (code == null) {
      throw new IllegalArgumentException("element type " + type + " has no ONNX number");
    }
    return code;
  }

  /** The type with this number, or null if it is not supported. */
  static @Nullable ElementType find(int code) {
    return TYPES.get(code);
  }

  /** What the format calls the type with this number. */
  static String name(int code) {
    OnnxMl.TensorProto.DataType type = OnnxMl.TensorProto.DataType.forNumber(code);
    return type == null ? "number " + code : type.name();
  }

  static ElementType ofCode(int code) {
    ElementType type = TYPES.get(code);
    if (type == null) {
      throw new IllegalArgumentException("ONNX element type " + code + " is not supported");
    }
    return type;
  }
}
