package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import io.parlance.models.files.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The layout of the file that holds weights beside a model: which tensor lies where. Offsets are
 * aligned, so that a consumer can map the file into memory.
 */
final class ExternalData {

  /** Page size of most systems; what ONNX recommends for mapping. */
  private static final int ALIGNMENT = 4096;

  /** Smaller tensors stay in the model, as is usual (ONNX's own default). */
  private static final int SMALLEST = 1024;

  private final String location;
  private final List<ByteBuffer> parts = new ArrayList<>();
  private final List<Long> offsets = new ArrayList<>();
  private long end;

  /**
   * An empty layout.
   *
   * @param location file name relative to the model
   */
  ExternalData(String location) {
    this.location = location;
  }

  boolean takes(ByteBuffer data) {
    return data.remaining() >= SMALLEST;
  }

  /** The size of the file. */
  long bytes() {
    return end;
  }

  /** Appends the data and makes the tensor refer to it. */
  void place(OnnxMl.TensorProto.Builder tensor, ByteBuffer data) {
    long offset = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    parts.add(data);
    offsets.add(offset);
    end = offset + data.remaining();
    tensor.setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL);
    Map<String, String> entries =
        Map.of(
            "location",
            location,
            "offset",
            Long.toString(offset),
            "length",
            Integer.toString(data.remaining()));
    for (String key : List.of("location", "offset", "length")) {
      tensor.addExternalData(
          OnnxMl.StringStringEntryProto.newBuilder().setKey(key).setValue(entries.get(key)));
    }
  }

  /** Writes the file straight from native memory. */
  void writeTo(WritableByteChannel channel) throws IOException {
    long position = 0;
    for (int i = 0; i < parts.size(); i++) {
      AtomicFile.writeFully(channel, ByteBuffer.allocate((int) (offsets.get(i) - position)));
      AtomicFile.writeFully(channel, parts.get(i).duplicate());
      position = offsets.get(i) + parts.get(i).remaining();
    }
  }
}
