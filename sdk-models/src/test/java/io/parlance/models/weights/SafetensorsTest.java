package io.parlance.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.NlpException;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

  @TempDir Path folder;

  static Path legacyBert() {
    return Path.of(
        Objects.requireNonNull(
                SafetensorsTest.class.getResource(
                    "/goldens/checkpoints/bert-legacy-gamma-beta/model.safetensors"))
            .getPath());
  }

  @Test
  void rewritingAFileOfTheReferenceImplementationGivesItsBytes() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (SafetensorsReader reader = SafetensorsReader.open(legacyBert())) {
      assertThat(reader.metadata()).isEqualTo(SafetensorsWriter.METADATA);
      reader.tensors().keySet().forEach(name -> tensors.put(name, reader.read(name)));
    }
    Path copy = folder.resolve("copy.safetensors");
    SafetensorsWriter.write(copy, tensors);
    tensors.values().forEach(Tensor::close);
    assertThat(copy).hasSameBinaryContentAs(legacyBert());
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void halfPrecisionIsWidened() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    // 1, -2, infinity, the smallest subnormal; IEEE 754 binary16
    data.putShort((short) 0x3C00)
        .putShort((short) 0xC000)
        .putShort((short) 0x7C00)
        .putShort((short) 1);
    // 1, -2 as bfloat16, 1e300 as double
    data.putShort((short) 0x3F80).putShort((short) 0xC000).putDouble(1e300);
    Path file =
        write(
            "{\"half\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,8]},"
                + "\"brain\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[8,12]},"
                + "\"wide\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[12,20]}}",
            data.array());
    try (SafetensorsReader reader = SafetensorsReader.open(file);
        Tensor half = reader.readFloats("half");
        Tensor brain = reader.readFloats("brain");
        Tensor wide = reader.readFloats("wide");
        Tensor raw = reader.read("half")) {
      assertThat(half.toFloatArray()).containsExactly(1, -2, Float.POSITIVE_INFINITY, 0x1p-24f);
      assertThat(half.shape()).containsExactly(2, 2);
      assertThat(brain.toFloatArray()).containsExactly(1, -2);
      assertThat(wide.toFloatArray()).containsExactly(Float.POSITIVE_INFINITY);
      assertThat(wide.shape()).isEmpty();
      assertThat(raw.type()).isEqualTo(ElementType.FLOAT16);
      assertThat(reader.tensors().get("brain"))
          .isEqualTo(new SafetensorsReader.Description("BF16", List.of(2L)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}      |its tensors end at byte 16 but it has 24 bytes",
        "{`a`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[0,4]}}|needs 8 bytes, its data_offsets [0,"
            + " 4] give 4",
        "{`a`:{`dtype`:`F32`,`shape`:[3],`data_offsets`:[0,12]}}|is truncated: tensor 'a' needs 12"
            + " bytes",
        "{`a`:{`dtype`:`F32`,`shape`:[1],`data_offsets`:[4,8]}}|begins at byte 68 with a gap after"
            + " 'the header'",
        "{`a`:{`dtype`:`I64`,`shape`:[1],`data_offsets`:[0,8]},`b`:{`dtype`:`F32`,`shape`:[1],`data_offsets`:[4,8]}}|inside"
            + " 'a'",
        "{`a`:{`dtype`:`F32`,`shape`:[9223372036854775807,4],`data_offsets`:[0,8]}}|more than 2^63",
        "{`a`:{`dtype`:`F32`,`shape`:[-1],`data_offsets`:[0,8]}}|has shape [-1]",
        "{`a`:{`dtype`:`F32`,`shape`:[2],`data_offsets`:[8,0]}}|data_offsets [8, 0]",
        "{`a`:{`dtype`:`Q4`,`shape`:[2],`data_offsets`:[0,8]}}|unknown dtype 'Q4'",
        "{`a`:{`shape`:[2],`data_offsets`:[0,8]}}|lacks dtype",
        "{`a`:{`dtype`:`I64`,`shape`:[1],`data_offsets`:[0,8]},`a`:{`dtype`:`I64`,`shape`:[1],`data_offsets`:[0,8]}}|occurs"
            + " twice",
        "{`a`:1}|not valid JSON of the format",
        "{`a`:|not valid JSON of the format",
        "[]|not valid JSON of the format",
        "{} {}|not valid JSON of the format",
      })
  void aBrokenHeaderIsRefusedWithItsReason(String header, String message) throws IOException {
    Path file = write(header.replace('`', '"'), new byte[8]);
    assertThatThrownBy(() -> SafetensorsReader.open(file))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(legacyBert());
    Path file = folder.resolve("model.safetensors");
    for (int length : new int[] {0, 7, 8, 9, 5007, 5008, 6000, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> SafetensorsReader.open(folder))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining(file.toString());
    }
    assertThatThrownBy(() -> SafetensorsReader.open(folder))
        .hasMessageContaining("is truncated: tensor 'cls.seq_relationship.weight' needs 256 bytes")
        .hasMessageContaining("the file has 119479 bytes");
  }

  @Test
  void aHeaderLengthThatIsGarbageIsRefused() throws IOException {
    Path file = folder.resolve("model.safetensors");
    Files.write(file, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'});
    assertThatThrownBy(() -> SafetensorsReader.open(file))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining("its header length is 18446744073709551615, expected 2 to 100000000");
  }

  @Test
  void missingFilesAreNamed() throws IOException {
    assertThatThrownBy(() -> SafetensorsReader.open(folder.resolve("none.safetensors")))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("none.safetensors");
    Files.createFile(folder.resolve("pytorch_model.bin"));
    assertThatThrownBy(() -> SafetensorsReader.open(folder))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("convert its pytorch_model.bin to safetensors first");
  }

  @Test
  void shardsAreReadThroughTheirIndex() throws IOException {
    writeShards("{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}}");
    try (SafetensorsReader reader = SafetensorsReader.open(folder);
        Tensor a = reader.readFloats("a");
        Tensor b = reader.readFloats("b")) {
      assertThat(reader.tensors()).containsOnlyKeys("a", "b");
      assertThat(a.toFloatArray()).containsExactly(1, 2);
      assertThat(b.toFloatArray()).containsExactly(3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"three.safetensors\"}}|there is no"
            + " safetensors file",
        "{\"weight_map\":{\"a\":\"one.safetensors\",\"c\":\"one.safetensors\"}}|'c' is in"
            + " one.safetensors, but it is in no shard",
        "{\"weight_map\":{\"a\":\"two.safetensors\",\"b\":\"one.safetensors\"}}|'a' is in"
            + " two.safetensors, but it is in one.safetensors",
        "{\"weight_map\":{\"a\":\"../one.safetensors\"}}|expected a file name in the same folder",
        "{\"weight_map\":[]}|has no weight_map from",
        "{\"weight_map\":[1]}|cannot be read: ",
        "{\"weights\":{}}|has no weight_map from",
        "{|cannot be read: ",
      })
  void aWrongIndexIsRefused(String index, String message) throws IOException {
    writeShards(index);
    assertThatThrownBy(() -> SafetensorsReader.open(folder))
        .isInstanceOf(NlpException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFailedWriteLeavesNothingBehind() throws IOException {
    Path target = folder.resolve("model.safetensors");
    Files.createDirectories(target.resolve("in-the-way"));
    try (Tensor tensor = Tensor.of(new float[] {1}, 1)) {
      assertThatThrownBy(() -> SafetensorsWriter.write(target, Map.of("a", tensor)))
          .isInstanceOf(NlpException.class)
          .hasMessageContaining(target.toString());
      assertThatThrownBy(
              () -> SafetensorsWriter.write(folder.resolve("no/such/folder"), Map.of("a", tensor)))
          .isInstanceOf(NlpException.class);
    }
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(target);
    }
  }

  private void writeShards(String index) throws IOException {
    try (Tensor a = Tensor.of(new float[] {1, 2}, 2);
        Tensor b = Tensor.of(new float[] {3}, 1)) {
      SafetensorsWriter.write(folder.resolve("one.safetensors"), Map.of("a", a));
      SafetensorsWriter.write(folder.resolve("two.safetensors"), Map.of("b", b));
    }
    Files.writeString(folder.resolve(SafetensorsReader.INDEX_NAME), index);
  }

  private Path write(String header, byte[] data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    ByteBuffer file =
        ByteBuffer.allocate(8 + padded.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(padded.length).put(padded).put(data);
    return Files.write(folder.resolve("test.safetensors"), file.array());
  }
}
