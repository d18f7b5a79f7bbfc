package io.parlance.models.weights;

import io.parlance.runtime.ElementType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The element types of the safetensors format, in the order in which its reference writer sorts
 * tensors.
 */
enum SafetensorsType {
  BOOL(1, ElementType.BOOL),
  U8(1, ElementType.UINT8),
  I8(1, ElementType.INT8),
  F8_E5M2(1, null),
  F8_E4M3(1, null),
  I16(2, null),
  U16(2, null),
  F16(2, ElementType.FLOAT16),
  BF16(2, ElementType.BFLOAT16),
  I32(4, ElementType.INT32),
  U32(4, null),
  F32(4, ElementType.FLOAT32),
  F64(8, ElementType.FLOAT64),
  I64(8, ElementType.INT64),
  U64(8, null);

  private final int bytes;
  private final @Nullable ElementType elementType;

  SafetensorsType(int bytes, @Nullable ElementType elementType) {
    this.bytes = bytes;
    this.elementType = elementType;
  }

  /** Width of one element in bytes. */
  int bytes() {
    return bytes;
  }

  /** The tensor element type of the same layout, or null if tensors have none. */
  @Nullable ElementType elementType() {
    return elementType;
  }

  static SafetensorsType of(ElementType type) {
    return Arrays.stream(values())
        .filter(candidate -> candidate.elementType == type)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("safetensors cannot hold " + type));
  }
}
