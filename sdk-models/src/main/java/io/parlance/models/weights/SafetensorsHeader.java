package io.parlance.models.weights;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.parlance.ModelUnusableException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checked header of one safetensors file: eight bytes with the length of a JSON object, the
 * object, then the data.
 *
 * @param entries the tensors by name, in file order
 * @param metadata the free text under {@code __metadata__}
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

  static final String METADATA_KEY = "__metadata__";
  static final int LENGTH_BYTES = Long.BYTES;

  /** The limit of the reference implementation. */
  private static final long LONGEST_HEADER = 100_000_000;

  /**
   * Where one tensor is.
   *
   * @param offset bytes from the start of the file
   * @param length bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never handed out
  record Entry(String name, SafetensorsType type, long[] shape, long offset, long length) {}

  /** Reads and checks the header of an open file. */
  static SafetensorsHeader read(FileChannel channel, Path file) throws IOException {
    long size = channel.size();
    if (size < LENGTH_BYTES) {
      throw broken(file, "it has " + size + " bytes, fewer than the 8 of the header length");
    }
    long length = readFully(channel, 0, LENGTH_BYTES, file).getLong();
    if (length < 2 || length > LONGEST_HEADER) {
      throw broken(
          file,
          "its header length is "
              + Long.toUnsignedString(length)
              + ", expected 2 to "
              + LONGEST_HEADER);
    }
    if (LENGTH_BYTES + length > size) {
      throw broken(
          file,
          "it is truncated: the header needs " + (LENGTH_BYTES + length) + " bytes, found " + size);
    }
    String json;
    try {
      json =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(readFully(channel, LENGTH_BYTES, (int) length, file))
              .toString();
    } catch (CharacterCodingException e) {
      throw broken(file, "its header is not UTF-8");
    }
    SafetensorsHeader header = parse(json, LENGTH_BYTES + length, file);
    header.checkLayout(LENGTH_BYTES + length, size, file);
    return header;
  }

  private static ByteBuffer readFully(FileChannel channel, long offset, int length, Path file)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw broken(file, "it became shorter while it was read");
      }
    }
    return buffer.flip();
  }

  private static SafetensorsHeader parse(String json, long dataStart, Path file) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    try (JsonReader reader = new JsonReader(new StringReader(json))) {
      reader.setStrictness(Strictness.STRICT);
      reader.beginObject();
      while (reader.hasNext()) {
        String name = reader.nextName();
        if (name.equals(METADATA_KEY)) {
          reader.beginObject();
          while (reader.hasNext()) {
            metadata.put(reader.nextName(), reader.nextString());
          }
          reader.endObject();
        } else if (entries.put(name, parseEntry(reader, name, dataStart, file)) != null) {
          throw broken(file, "tensor '" + name + "' occurs twice");
        }
      }
      reader.endObject();
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw broken(file, "its header goes on after the JSON object");
      }
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new ModelUnusableException(
          "safetensors file %s cannot be read: its header is not valid JSON of the format: %s"
              .formatted(file, e.getMessage()),
          e);
    }
    return new SafetensorsHeader(entries, metadata);
  }

  private static Entry parseEntry(JsonReader reader, String name, long dataStart, Path file)
      throws IOException {
    @Nullable String dtype = null;
    long @Nullable [] shape = null;
    long @Nullable [] offsets = null;
    reader.beginObject();
    while (reader.hasNext()) {
      switch (reader.nextName()) {
        case "dtype" -> dtype = reader.nextString();
        case "shape" -> shape = longs(reader);
        case "data_offsets" -> offsets = longs(reader);
        default -> reader.skipValue();
      }
    }
    reader.endObject();
    if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
      throw broken(file, "tensor '" + name + "' lacks dtype, shape or two data_offsets");
    }
    return checkedEntry(name, type(dtype, name, file), shape, offsets, dataStart, file);
  }

  private static Entry checkedEntry(
      String name, SafetensorsType type, long[] shape, long[] offsets, long dataStart, Path file) {
    long expected = type.bytes();
    boolean overflow = false;
    for (long size : shape) {
      if (size < 0) {
        throw broken(file, "tensor '" + name + "' has shape " + Arrays.toString(shape));
      }
      overflow |= Math.multiplyHigh(expected, size) != 0 || expected * size < 0;
      expected *= size;
    }
    long begin = offsets[0];
    long end = offsets[1];
    if (begin < 0 || end < begin || end > Long.MAX_VALUE - dataStart) {
      throw broken(file, "tensor '" + name + "' has data_offsets " + Arrays.toString(offsets));
    }
    if (overflow || end - begin != expected) {
      throw broken(
          file,
          "tensor '%s' of type %s and shape %s needs %s bytes, its data_offsets %s give %d"
              .formatted(
                  name,
                  type,
                  Arrays.toString(shape),
                  overflow ? "more than 2^63" : Long.toString(expected),
                  Arrays.toString(offsets),
                  end - begin));
    }
    return new Entry(name, type, shape, dataStart + begin, end - begin);
  }

  private static long[] longs(JsonReader reader) throws IOException {
    List<Long> values = new ArrayList<>();
    reader.beginArray();
    while (reader.hasNext()) {
      values.add(reader.nextLong());
    }
    reader.endArray();
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static SafetensorsType type(String dtype, String name, Path file) {
    try {
      return SafetensorsType.valueOf(dtype);
    } catch (IllegalArgumentException e) {
      throw broken(
          file,
          "tensor '%s' has the unknown dtype '%s', known are %s"
              .formatted(name, dtype, Arrays.toString(SafetensorsType.values())));
    }
  }

  /** The tensors must lie one after the other and fill the file, as the format demands. */
  private void checkLayout(long dataStart, long size, Path file) {
    List<Entry> inOrder = new ArrayList<>(entries.values());
    inOrder.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::length));
    long end = dataStart;
    String before = "the header";
    for (Entry entry : inOrder) {
      if (entry.offset() != end) {
        throw broken(
            file,
            "tensor '%s' begins at byte %d %s '%s', which ends at byte %d"
                .formatted(
                    entry.name(),
                    entry.offset(),
                    entry.offset() < end ? "inside" : "with a gap after",
                    before,
                    end));
      }
      end += entry.length();
      before = entry.name();
      if (end > size) {
        throw broken(
            file,
            "it is truncated: tensor '%s' needs %d bytes up to byte %d, the file has %d bytes"
                .formatted(entry.name(), entry.length(), end, size));
      }
    }
    if (end != size) {
      throw broken(file, "its tensors end at byte " + end + " but it has " + size + " bytes");
    }
  }

  private static ModelUnusableException broken(Path file, String reason) {
    return new ModelUnusableException(
        "safetensors file " + file + " cannot be read: " + reason + "; copy or download it again");
  }
}
