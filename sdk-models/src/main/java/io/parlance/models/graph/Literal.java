package io.parlance.models.graph;

import io.parlance.runtime.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A constant tensor inside a graph. Meant for small values (axes, scalars, masks); weights are
 * parameters.
 *
 * @param type element type
 * @param dimensions sizes, empty for a scalar
 * @param data row-major elements, little-endian
 */
public record Literal(ElementType type, long[] dimensions, byte[] data) {

  public Literal {
    dimensions = dimensions.clone();
    data = data.clone();
    long elements = Arrays.stream(dimensions).reduce(1, Math::multiplyExact);
    if (elements * type.bytes() != data.length) {
      throw new IllegalArgumentException(
          type
              + Arrays.toString(dimensions)
              + " takes "
              + elements * type.bytes()
              + " bytes, not "
              + data.length);
    }
  }

  /** A vector of 64-bit integers. */
  public static Literal longs(long... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asLongBuffer().put(values);
    return new Literal(ElementType.INT64, new long[] {values.length}, buffer.array());
  }

  /** A scalar of any numeric type that {@link #of} takes. */
  public static Literal scalar(ElementType type, double value) {
    return of(type, new long[0], value);
  }

  /** A tensor of the given type; values are rounded to it. */
  public static Literal of(ElementType type, long[] dimensions, double... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (type) {
        case FLOAT32 -> buffer.putFloat((float) value);
        case FLOAT64 -> buffer.putDouble(value);
        case INT64 -> buffer.putLong((long) value);
        case INT32 -> buffer.putInt((int) value);
        case INT8, UINT8 -> buffer.put((byte) (long) value);
        case BOOL -> buffer.put((byte) (value == 0 ? 0 : 1));
        case FLOAT16, BFLOAT16 ->
            throw new IllegalArgumentException(
                "a literal of type " + type + " is made from its bytes");
      }
    }
    return new Literal(type, dimensions, buffer.array());
  }

  /** The elements of an INT64 or INT32 literal. */
  public long[] toLongs() {
    ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    long[] values = new long[data.length / type.bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case INT64 -> buffer.getLong();
            case INT32 -> buffer.getInt();
            default ->
                throw new IllegalStateException("a literal of type " + type + " holds no integers");
          };
    }
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Literal that
        && type == that.type
        && Arrays.equals(dimensions, that.dimensions)
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * type.hashCode() + Arrays.hashCode(dimensions)) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return type + Arrays.toString(dimensions);
  }
}
