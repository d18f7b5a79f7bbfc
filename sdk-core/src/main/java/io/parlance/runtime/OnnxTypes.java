package io.parlance.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import io.parlance.ModelUnusableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Translates types and descriptions between ONNX Runtime and this package. */
final class OnnxTypes {
  private OnnxTypes() {}

  static ElementType elementType(TensorInfo.OnnxTensorType type) {
    ElementType known = knownType(type);
    if (known == null) {
      throw new ModelUnusableException("tensors of type " + type + " are not supported");
    }
    return known;
  }

  private static @Nullable ElementType knownType(TensorInfo.OnnxTensorType type) {
    return switch (type) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> ElementType.FLOAT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> ElementType.FLOAT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> ElementType.FLOAT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> ElementType.BFLOAT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> ElementType.INT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> ElementType.INT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> ElementType.INT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> ElementType.UINT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> ElementType.BOOL;
      default -> null;
    };
  }

  static TensorDescription describe(String model, String role, String name, NodeInfo node) {
    if (!(node.getInfo() instanceof TensorInfo info)) {
      throw new ModelUnusableException(
          model
              + ": "
              + role
              + " '"
              + name
              + "' is "
              + node.getInfo()
              + "; only tensors are supported");
    }
    ElementType type = knownType(info.onnxType);
    if (type == null) {
      throw new ModelUnusableException(
          model
              + ": "
              + role
              + " '"
              + name
              + "' has the element type "
              + info.onnxType
              + "; supported are "
              + Arrays.toString(ElementType.values()));
    }
    List<Long> dimensions = new ArrayList<>();
    for (long size : info.getShape()) {
      dimensions.add(size);
    }
    String[] given = info.getDimensionNames();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < dimensions.size(); i++) {
      String dimension = i < given.length ? given[i] : "";
      names.add(dimension == null ? "" : dimension);
    }
    return new TensorDescription(name, type, dimensions, names);
  }

  /** A native value over the given direct memory, without a copy. The memory must outlive it. */
  static OnnxTensor share(ByteBuffer memory, ElementType type, long[] shape) throws OrtException {
    OrtEnvironment environment = OnnxEnvironment.get().ort();
    ByteBuffer bytes = memory.duplicate().order(memory.order());
    return switch (type) {
      case FLOAT32 -> OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), shape);
      case FLOAT64 -> OnnxTensor.createTensor(environment, bytes.asDoubleBuffer(), shape);
      case FLOAT16 ->
          OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape, OnnxJavaType.FLOAT16);
      case BFLOAT16 ->
          OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape, OnnxJavaType.BFLOAT16);
      case INT64 -> OnnxTensor.createTensor(environment, bytes.asLongBuffer(), shape);
      case INT32 -> OnnxTensor.createTensor(environment, bytes.asIntBuffer(), shape);
      case INT8 -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.INT8);
      case UINT8 -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.UINT8);
      case BOOL -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.BOOL);
    };
  }
}
