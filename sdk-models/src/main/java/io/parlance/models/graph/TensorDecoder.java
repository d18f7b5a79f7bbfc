package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Decodes ONNX tensors, whichever of the format's ways of holding data they use. */
final class TensorDecoder {

  private final Path file;

  /**
   * A decoder for one model.
   *
   * @param file the model, beside which external data lies
   */
  TensorDecoder(Path file) {
    this.file = file;
  }

  static ElementType type(OnnxMl.TensorProto message) {
    ElementType type = OnnxTypes.find(message.getDataType());
    if (type == null) {
      throw new IllegalArgumentException(
          "tensor '"
              + message.getName()
              + "' has element type "
              + OnnxTypes.name(message.getDataType())
              + ", which is not supported");
    }
    return type;
  }

  static long[] shape(OnnxMl.TensorProto message) {
    long[] shape = message.getDimsList().stream().mapToLong(Long::longValue).toArray();
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "tensor '" + message.getName() + "' has the shape " + Arrays.toString(shape));
      }
    }
    return shape;
  }

  static long elements(OnnxMl.TensorProto message) {
    try {
      return Arrays.stream(shape(message)).reduce(1, Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "tensor '" + message.getName() + "' has the shape " + message.getDimsList(), e);
    }
  }

  Literal literal(OnnxMl.TensorProto message) throws IOException {
    byte[] data = new byte[Math.toIntExact(checkedBytes(message))];
    fill(message, ByteBuffer.wrap(data));
    return new Literal(type(message), shape(message), data);
  }

  Tensor tensor(OnnxMl.TensorProto message) throws IOException {
    checkedBytes(message);
    Tensor tensor = Tensor.allocate(type(message), shape(message));
    try {
      fill(message, tensor.buffer());
      return tensor;
    } catch (IOException | RuntimeException | Error e) {
      tensor.close();
      throw e;
    }
  }

  /** The size of the data, held against what is there, before memory is taken for it. */
  private long checkedBytes(OnnxMl.TensorProto message) throws IOException {
    ElementType type = type(message);
    long elements = elements(message);
    long bytes = Math.multiplyExact(elements, (long) type.bytes());
    if (message.getDataLocation() == OnnxMl.TensorProto.DataLocation.EXTERNAL) {
      External external = external(message);
      long available = Files.exists(external.file) ? Files.size(external.file) : -1;
      if (available < 0) {
        throw new IllegalArgumentException(
            "the weights of tensor '"
                + message.getName()
                + "' lie in "
                + external.file
                + ", which is missing; put it beside the model");
      }
      if (external.length >= 0 && external.length != bytes) {
        throw wrongSize(message, bytes, external.length);
      }
      if (external.offset < 0 || external.offset > available - bytes) {
        throw new IllegalArgumentException(
            external.file
                + " has "
                + available
                + " bytes, too few for tensor '"
                + message.getName()
                + "' ("
                + bytes
                + " bytes at "
                + external.offset
                + "); it may be truncated");
      }
    } else if (message.hasRawData()) {
      if (message.getRawData().size() != bytes) {
        throw wrongSize(message, bytes, message.getRawData().size());
      }
    } else if (listed(message, type) != elements) {
      throw new IllegalArgumentException(
          "tensor '"
              + message.getName()
              + "' of shape "
              + Arrays.toString(shape(message))
              + " has "
              + listed(message, type)
              + " elements");
    }
    return bytes;
  }

  private static IllegalArgumentException wrongSize(
      OnnxMl.TensorProto message, long expected, long found) {
    return new IllegalArgumentException(
        "tensor '"
            + message.getName()
            + "' of type "
            + type(message)
            + " and shape "
            + Arrays.toString(shape(message))
            + " takes "
            + expected
            + " bytes, but has "
            + found);
  }

  private static long listed(OnnxMl.TensorProto message, ElementType type) {
    return switch (type) {
      case FLOAT32 -> message.getFloatDataCount();
      case FLOAT64 -> message.getDoubleDataCount();
      case INT64 -> message.getInt64DataCount();
      default -> message.getInt32DataCount();
    };
  }

  private void fill(OnnxMl.TensorProto message, ByteBuffer target) throws IOException {
    target.order(ByteOrder.LITTLE_ENDIAN);
    if (message.getDataLocation() == OnnxMl.TensorProto.DataLocation.EXTERNAL) {
      readExternal(external(message), target);
    } else if (message.hasRawData()) {
      ByteString data = message.getRawData();
      data.copyTo(target);
    } else {
      fillListed(message, type(message), target);
    }
  }

  private static void fillListed(OnnxMl.TensorProto message, ElementType type, ByteBuffer target) {
    switch (type) {
      case FLOAT32 -> message.getFloatDataList().forEach(target::putFloat);
      case FLOAT64 -> message.getDoubleDataList().forEach(target::putDouble);
      case INT64 -> message.getInt64DataList().forEach(target::putLong);
      case INT32 -> message.getInt32DataList().forEach(target::putInt);
      // 16 bit floats are listed as their bits
      case FLOAT16, BFLOAT16 ->
          message.getInt32DataList().forEach(bits -> target.putShort(bits.shortValue()));
      case INT8, UINT8, BOOL ->
          message.getInt32DataList().forEach(number -> target.put(number.byteValue()));
    }
  }

  private record External(Path file, long offset, long length) {}

  private External external(OnnxMl.TensorProto message) {
    Map<String, String> entries = new HashMap<>();
    message.getExternalDataList().forEach(e -> entries.put(e.getKey(), e.getValue()));
    String location = entries.getOrDefault("location", "");
    Path folder = file.resolveSibling("").normalize();
    Path data = folder.resolve(location).normalize();
    // a model may come from anywhere; it does not get to choose files outside its folder
    if (location.isEmpty() || !data.startsWith(folder)) {
      throw new IllegalArgumentException(
          "tensor '"
              + message.getName()
              + "' refers to data at '"
              + location
              + "', which is not in the model's folder");
    }
    return new External(
        data,
        Long.parseLong(entries.getOrDefault("offset", "0")),
        Long.parseLong(entries.getOrDefault("length", "-1")));
  }

  private static void readExternal(External external, ByteBuffer target) throws IOException {
    try (FileChannel channel = FileChannel.open(external.file, StandardOpenOption.READ)) {
      long position = external.offset;
      while (target.hasRemaining()) {
        int count = channel.read(target, position);
        if (count < 0) {
          throw new IOException(external.file + " ends early");
        }
        position += count;
      }
    }
  }
}
