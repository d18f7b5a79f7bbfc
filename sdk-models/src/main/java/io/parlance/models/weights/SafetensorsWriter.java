package io.parlance.models.weights;

import com.google.gson.stream.JsonWriter;
import io.parlance.NlpException;
import io.parlance.models.files.AtomicFile;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Writes safetensors files that Hugging Face's libraries read: tensors sorted by falling alignment
 * and then by name, a header padded to eight bytes, {@code "format": "pt"} in the metadata. Equal
 * tensors give equal bytes.
 */
public final class SafetensorsWriter {

  /** The metadata without which transformers refuses a file. */
  public static final Map<String, String> METADATA = Map.of("format", "pt");

  private SafetensorsWriter() {}

  /**
   * Writes {@code tensors} to {@code target}; a file that is there is replaced in one step, and is
   * left alone if writing fails. The memory of the tensors goes to the file without a copy.
   *
   * @throws IllegalArgumentException if a tensor's name is {@code __metadata__} or safetensors has
   *     no such type
   * @throws NlpException if the file cannot be written
   */
  public static void write(Path target, Map<String, Tensor> tensors) {
    List<Map.Entry<String, Tensor>> sorted =
        tensors.entrySet().stream()
            .sorted(
                Comparator.comparing(
                        (Map.Entry<String, Tensor> entry) ->
                            SafetensorsType.of(entry.getValue().type()))
                    .reversed()
                    .thenComparing(Map.Entry::getKey))
            .toList();
    byte[] header = header(sorted);
    try {
      AtomicFile.write(target, channel -> write(channel, header, sorted));
    } catch (IOException e) {
      throw new NlpException("safetensors file " + target + " cannot be written: " + e, e);
    }
  }

  private static void write(
      WritableByteChannel channel, byte[] header, List<Map.Entry<String, Tensor>> tensors)
      throws IOException {
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    AtomicFile.writeFully(channel, length.putLong(header.length).flip());
    AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
    for (Map.Entry<String, Tensor> tensor : tensors) {
      // both the format and every machine that ONNX Runtime supports are little-endian
      AtomicFile.writeFully(channel, tensor.getValue().buffer());
    }
  }

  private static byte[] header(List<Map.Entry<String, Tensor>> tensors) {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject();
      json.name(SafetensorsHeader.METADATA_KEY).beginObject();
      for (Map.Entry<String, String> entry : METADATA.entrySet()) {
        json.name(entry.getKey()).value(entry.getValue());
      }
      json.endObject();
      long offset = 0;
      for (Map.Entry<String, Tensor> tensor : tensors) {
        offset = describe(json, tensor.getKey(), tensor.getValue(), offset);
      }
      json.endObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    byte[] unpadded = text.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = new byte[(unpadded.length + 7) / 8 * 8];
    Arrays.fill(padded, (byte) ' ');
    System.arraycopy(unpadded, 0, padded, 0, unpadded.length);
    return padded;
  }

  private static long describe(JsonWriter json, String name, Tensor tensor, long offset)
      throws IOException {
    if (name.equals(SafetensorsHeader.METADATA_KEY)) {
      throw new IllegalArgumentException("a tensor cannot be called " + name);
    }
    SafetensorsType type = SafetensorsType.of(tensor.type());
    long end = offset + tensor.elementCount() * type.bytes();
    json.name(name).beginObject();
    json.name("dtype").value(type.name());
    json.name("shape").beginArray();
    for (long size : tensor.shape()) {
      json.value(size);
    }
    json.endArray();
    json.name("data_offsets").beginArray().value(offset).value(end).endArray();
    json.endObject();
    return end;
  }
}
