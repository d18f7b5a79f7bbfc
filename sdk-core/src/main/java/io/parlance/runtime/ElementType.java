package io.parlance.runtime;

/** Element types of tensors, with their width in bytes. */
public enum ElementType {
  FLOAT32(4),
  FLOAT64(8),
  FLOAT16(2),
  BFLOAT16(2),
  INT64(8),
  INT32(4),
  INT8(1),
  UINT8(1),
  BOOL(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Width of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether values of this type are floating point numbers. */
  public boolean isFloatingPoint() {
    return this == FLOAT32 || this == FLOAT64 || this == FLOAT16 || this == BFLOAT16;
  }
}
