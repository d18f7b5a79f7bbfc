package io.parlance.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import io.parlance.NlpException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An array of numbers in native memory, row-major. Tensors made here share their memory with ONNX
 * Runtime without a copy: what is written into {@link #buffer()} is what the next run reads, and a
 * run that has the tensor as a pinned output writes there.
 *
 * <p>Whoever made a tensor closes it; tensors inside {@link Outputs} are closed with them. Closing
 * twice is allowed, and closing while a run uses the tensor takes effect when that run ends.
 * Reading from several threads is safe, writing needs the caller's own order.
 */
public final class Tensor implements AutoCloseable {
  private static final int ALIGNMENT = 64; // a cache line, and the widest vector load

  private final ElementType type;
  private final long[] shape;
  private final int elements;
  private final @Nullable ByteBuffer memory; // null where ONNX Runtime owns the memory
  private @Nullable OnnxTensor handle; // guarded by this
  private boolean closed; // guarded by this
  private int leases; // runs that use the handle now, guarded by this

  private Tensor(
      ElementType type,
      long[] shape,
      int elements,
      @Nullable ByteBuffer memory,
      @Nullable OnnxTensor handle) {
    this.type = type;
    this.shape = shape;
    this.elements = elements;
    this.memory = memory;
    this.handle = handle;
    NativeHandles.opened();
  }

  /**
   * A tensor of zeros.
   *
   * @param shape sizes of the dimensions, none for a scalar; a size may be 0
   * @throws IllegalArgumentException for a negative size or more than 2 GiB
   */
  public static Tensor allocate(ElementType type, long... shape) {
    int elements = countElements(type, shape);
    int bytes = elements * type.bytes();
    ByteBuffer memory =
        ByteBuffer.allocateDirect(bytes + ALIGNMENT + ALIGNMENT - 1)
            .alignedSlice(ALIGNMENT)
            .slice(0, bytes)
            .order(ByteOrder.nativeOrder());
    return new Tensor(type, shape.clone(), elements, memory, null);
  }

  /**
   * A tensor over memory that the caller has, without a copy: the first bytes from the buffer's
   * position. What is written there is what the next run reads.
   *
   * @param memory a direct buffer; its position does not change
   * @throws IllegalArgumentException if the buffer is not direct or too small
   */
  public static Tensor over(ByteBuffer memory, ElementType type, long... shape) {
    int elements = countElements(type, shape);
    int bytes = elements * type.bytes();
    if (!memory.isDirect() || memory.remaining() < bytes) {
      throw new IllegalArgumentException(
          "a "
              + type
              + " tensor of shape "
              + Arrays.toString(shape)
              + " takes "
              + bytes
              + " bytes of a direct buffer, not "
              + memory);
    }
    ByteBuffer part = memory.slice(memory.position(), bytes).order(ByteOrder.nativeOrder());
    return new Tensor(type, shape.clone(), elements, part, null);
  }

  /**
   * Some elements of this tensor as a vector that shares its memory. Closed on its own; stays valid
   * when this tensor is closed.
   *
   * @param from the first element, row-major
   * @param count the number of elements
   * @throws IllegalStateException if ONNX Runtime owns the memory, as that of an output
   */
  public Tensor part(long from, long count) {
    checkOpen();
    if (memory == null) {
      throw new IllegalStateException(
          this + " is the output of a run; its memory cannot be shared");
    }
    if (from < 0 || count < 0 || from + count > elements) {
      throw new IndexOutOfBoundsException(
          count + " elements from " + from + " on are not in " + this);
    }
    return over(memory.slice((int) from * type.bytes(), (int) count * type.bytes()), type, count);
  }

  /** A FLOAT32 tensor with a copy of the values; as many values as the shape has elements. */
  public static Tensor of(float[] values, long... shape) {
    Tensor tensor = allocateFor(ElementType.FLOAT32, values.length, shape);
    tensor.buffer().asFloatBuffer().put(values);
    return tensor;
  }

  /** A FLOAT64 tensor with a copy of the values. */
  public static Tensor of(double[] values, long... shape) {
    Tensor tensor = allocateFor(ElementType.FLOAT64, values.length, shape);
    tensor.buffer().asDoubleBuffer().put(values);
    return tensor;
  }

  /** An INT64 tensor with a copy of the values. */
  public static Tensor of(long[] values, long... shape) {
    Tensor tensor = allocateFor(ElementType.INT64, values.length, shape);
    tensor.buffer().asLongBuffer().put(values);
    return tensor;
  }

  /** An INT32 tensor with a copy of the values. */
  public static Tensor of(int[] values, long... shape) {
    Tensor tensor = allocateFor(ElementType.INT32, values.length, shape);
    tensor.buffer().asIntBuffer().put(values);
    return tensor;
  }

  /** A UINT8 tensor with a copy of the values. */
  public static Tensor of(byte[] values, long... shape) {
    Tensor tensor = allocateFor(ElementType.UINT8, values.length, shape);
    tensor.buffer().put(values);
    return tensor;
  }

  /** A BOOL tensor with a copy of the values. */
  public static Tensor of(boolean[] values, long... shape) {
    Tensor tensor = allocateFor(ElementType.BOOL, values.length, shape);
    ByteBuffer buffer = tensor.buffer();
    for (boolean value : values) {
      buffer.put((byte) (value ? 1 : 0));
    }
    return tensor;
  }

  /** Takes over an output that ONNX Runtime allocated. */
  static Tensor owning(OnnxTensor output) {
    ElementType type = OnnxTypes.elementType(output.getInfo().onnxType);
    long[] shape = output.getInfo().getShape();
    return new Tensor(type, shape, countElements(type, shape), null, output);
  }

  private static Tensor allocateFor(ElementType type, int count, long[] shape) {
    int elements = countElements(type, shape);
    if (elements != count) {
      throw new IllegalArgumentException(
          count
              + " values do not fill the shape "
              + Arrays.toString(shape)
              + " of "
              + elements
              + " elements");
    }
    return allocate(type, shape);
  }

  private static int countElements(ElementType type, long[] shape) {
    long elements = 1;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(shape) + " has a negative size");
      }
      // saturates instead of overflowing; a later 0 makes it 0 again
      elements = size != 0 && elements > Long.MAX_VALUE / size ? Long.MAX_VALUE : elements * size;
    }
    // ONNX Runtime keeps a little below 2^31 bytes for one buffer
    long limit = (Integer.MAX_VALUE - 2L * ALIGNMENT) / type.bytes();
    if (elements > limit) {
      throw new IllegalArgumentException(
          "a "
              + type
              + " tensor of shape "
              + Arrays.toString(shape)
              + " is too large: at most "
              + limit
              + " elements (2 GiB) fit into one tensor");
    }
    return (int) elements;
  }

  /** Element type. */
  public ElementType type() {
    return type;
  }

  /** Sizes of the dimensions; a copy. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public long elementCount() {
    return elements;
  }

  /**
   * The memory in native byte order, position 0. For tensors made by this class a view of the live
   * memory (which stays readable after {@link #close()}); for outputs that a run allocated a copy.
   */
  public ByteBuffer buffer() {
    if (memory != null) {
      checkOpen();
      return memory.duplicate().order(ByteOrder.nativeOrder());
    }
    return withHandle(OnnxTensor::getByteBuffer).order(ByteOrder.nativeOrder());
  }

  /**
   * A copy of the values as floats. Converts FLOAT16, BFLOAT16 and FLOAT64.
   *
   * @throws IllegalStateException for integer tensors
   */
  public float[] toFloatArray() {
    float[] values = new float[elements];
    ByteBuffer bytes = bytesToRead();
    switch (type) {
      case FLOAT32 -> bytes.asFloatBuffer().get(values);
      case FLOAT64, FLOAT16, BFLOAT16 -> {
        for (int i = 0; i < elements; i++) {
          values[i] = (float) floatingPoint(bytes, i);
        }
      }
      default -> throw wrongType("floats");
    }
    return values;
  }

  /**
   * A FLOAT16 copy of the values, rounded to nearest; what is beyond its range, 65504, becomes
   * infinite.
   *
   * @throws IllegalStateException for integer tensors
   */
  public Tensor toHalf() {
    if (!type.isFloatingPoint()) {
      throw wrongType("floats");
    }
    ByteBuffer bytes = bytesToRead();
    Tensor half = allocate(ElementType.FLOAT16, shape());
    ByteBuffer target = half.buffer();
    for (int i = 0; i < elements; i++) {
      short bits = Fp16Conversions.floatToFp16((float) floatingPoint(bytes, i));
      target.putShort(i * Short.BYTES, bits);
    }
    return half;
  }

  /**
   * A copy of some stretches of the values, one after the other, as floats.
   *
   * @param starts the first element of each, row-major
   * @param length elements in each
   * @throws IllegalStateException for integer tensors
   */
  public float[] toFloatArray(long[] starts, int length) {
    if (!type.isFloatingPoint()) {
      throw wrongType("floats");
    }
    ByteBuffer bytes = bytesToRead();
    float[] values = new float[Math.multiplyExact(starts.length, length)];
    for (int i = 0; i < starts.length; i++) {
      if (starts[i] < 0 || length < 0 || starts[i] + length > elements) {
        throw new IndexOutOfBoundsException(
            length + " elements from " + starts[i] + " on are not in " + this);
      }
      for (int j = 0; j < length; j++) {
        values[i * length + j] = (float) floatingPoint(bytes, (int) starts[i] + j);
      }
    }
    return values;
  }

  /**
   * A copy of the values as doubles, from any floating point type.
   *
   * @throws IllegalStateException for integer tensors
   */
  public double[] toDoubleArray() {
    if (!type.isFloatingPoint()) {
      throw wrongType("doubles");
    }
    double[] values = new double[elements];
    ByteBuffer bytes = bytesToRead();
    for (int i = 0; i < elements; i++) {
      values[i] = floatingPoint(bytes, i);
    }
    return values;
  }

  /**
   * A copy of the values as longs, from any integer type; BOOL gives 0 and 1.
   *
   * @throws IllegalStateException for floating point tensors
   */
  public long[] toLongArray() {
    if (type.isFloatingPoint()) {
      throw wrongType("longs");
    }
    long[] values = new long[elements];
    ByteBuffer bytes = bytesToRead();
    for (int i = 0; i < elements; i++) {
      values[i] =
          switch (type) {
            case INT64 -> bytes.getLong(i * Long.BYTES);
            case INT32 -> bytes.getInt(i * Integer.BYTES);
            case INT8 -> bytes.get(i);
            default -> bytes.get(i) & 0xFF;
          };
    }
    return values;
  }

  /**
   * One value as a float, from any floating point type; for an output that a run allocated read the
   * whole array instead.
   *
   * @param index row-major, from 0
   */
  public float floatAt(long index) {
    if (!type.isFloatingPoint()) {
      throw wrongType("floats");
    }
    if (index < 0 || index >= elements) {
      throw new IndexOutOfBoundsException("element " + index + " of " + this);
    }
    return (float) floatingPoint(bytesToRead(), (int) index);
  }

  private double floatingPoint(ByteBuffer bytes, int index) {
    return switch (type) {
      case FLOAT32 -> bytes.getFloat(index * Float.BYTES);
      case FLOAT64 -> bytes.getDouble(index * Double.BYTES);
      case FLOAT16 -> Fp16Conversions.fp16ToFloat(bytes.getShort(index * Short.BYTES));
      case BFLOAT16 -> Fp16Conversions.bf16ToFloat(bytes.getShort(index * Short.BYTES));
      default -> throw wrongType("floats");
    };
  }

  private ByteBuffer bytesToRead() {
    // an empty output of ONNX Runtime has no address to make a buffer of
    if (elements == 0) {
      checkOpen();
      return ByteBuffer.allocate(0);
    }
    return buffer();
  }

  private IllegalStateException wrongType(String wanted) {
    return new IllegalStateException("cannot read " + this + " as " + wanted);
  }

  private interface Reader {
    ByteBuffer read(OnnxTensor tensor);
  }

  private ByteBuffer withHandle(Reader reader) {
    if (elements == 0) {
      checkOpen();
      return ByteBuffer.allocate(0);
    }
    OnnxTensor leased = lease();
    try {
      return reader.read(leased);
    } finally {
      release();
    }
  }

  private synchronized void checkOpen() {
    if (closed) {
      throw new IllegalStateException("tensor " + this + " is closed");
    }
  }

  /** Hands the native value to a run; each lease is given back with {@link #release()}. */
  synchronized OnnxTensor lease() {
    checkOpen();
    if (handle == null) {
      try {
        handle = OnnxTypes.share(Objects.requireNonNull(memory), type, shape);
      } catch (OrtException e) {
        throw new NlpException("cannot share " + this + " with ONNX Runtime: " + e.getMessage(), e);
      }
    }
    leases++;
    return handle;
  }

  synchronized void release() {
    leases--;
    if (closed && leases == 0) {
      free();
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      if (leases == 0) {
        free();
      }
    }
  }

  private void free() {
    if (handle != null) {
      handle.close();
      handle = null;
    }
    NativeHandles.closed();
  }

  /** For example {@code FLOAT32[2, 3]}. */
  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
