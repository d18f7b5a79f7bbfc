package io.parlance.models.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.InvalidInputException;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.graph.ExportedClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizedFolderTest {

  @TempDir Path place;
  private Path model;
  private Path output;

  @BeforeEach
  void makeFolder() throws IOException {
    model = place.resolve("model");
    output = place.resolve("small");
    Files.createDirectories(model.resolve("onnx"));
    Files.copy(ExportedClassifier.file(), model.resolve("onnx/model.onnx"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\":\"bert\"}");
    Files.createDirectory(model.resolve("1_Pooling"));
    Files.writeString(model.resolve("1_Pooling/config.json"), "{}");
    Files.writeString(model.resolve("model.safetensors"), "weights for training");
    Files.writeString(model.resolve("onnx/model_fp16.onnx"), "another variant");
  }

  private List<String> files(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  private void assertRefused(Class<? extends Exception> type, String message) throws IOException {
    List<String> before = files(place);
    assertThatThrownBy(() -> QuantizedFolder.write(model, output, Quantization.INT8))
        .isInstanceOf(type)
        .hasMessageContaining(message);
    assertThat(files(place)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"INT8, model_quantized.onnx", "INT4, model_q4.onnx"})
  void everythingButWeightsIsCopiedAndTheOnlyGraphIsFound(WeightFormat format, String name)
      throws IOException {
    Quantization quantization = format == WeightFormat.INT8 ? Quantization.INT8 : Quantization.INT4;
    QuantizedFolder done = QuantizedFolder.write(model, output, quantization);
    assertThat(files(output))
        .containsExactly("1_Pooling/config.json", "config.json", "onnx/" + name);
    assertThat(done.graphs())
        .containsExactly(new QuantizedFile(output.resolve("onnx/" + name), 15, 0));
    assertThat(ModelFolder.open(ModelSource.of(output)).hasGraph(ModelFolder.MODEL)).isTrue();
    assertThat(ModelFolder.open(ModelSource.of(output)).hasGraph(ModelFolder.DECODER)).isFalse();
  }

  @Test
  void folderThatExistsIsLeft() throws IOException {
    Files.createDirectory(output);
    Files.writeString(output.resolve("mine.txt"), "x");
    assertRefused(InvalidInputException.class, "exists already; name a new folder");
  }

  @Test
  void whatIsNoGraphIsRefused() throws IOException {
    Files.write(
        model.resolve("onnx/model.onnx"),
        Arrays.copyOf(Files.readAllBytes(ExportedClassifier.file()), 50_000));
    assertRefused(ModelUnusableException.class, "is not an ONNX model or is truncated");
  }

  @Test
  void folderWithoutGraphsIsRefused() throws IOException {
    Files.delete(model.resolve("onnx/model.onnx"));
    Files.delete(model.resolve("onnx/model_fp16.onnx"));
    assertRefused(ModelNotFoundException.class, "holds no .onnx file");
    model = place.resolve("nothing");
    assertRefused(ModelNotFoundException.class, "there is no model folder");
  }

  @Test
  void quantizedFolderIsRefused() throws IOException {
    QuantizedFolder.write(model, output, Quantization.INT4);
    model = output;
    output = place.resolve("smaller");
    assertRefused(InvalidInputException.class, "is quantized already: it has only");
  }

  @Test
  void graphWithoutMatricesToQuantizeIsRefused() throws IOException {
    List<String> before = files(place);
    assertThatThrownBy(
            () -> QuantizedFolder.write(model, output, Quantization.INT8.excluding(List.of("*"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no matrix of at least 1024 weights")
        .hasMessageContaining("besides those that are excluded");
    assertThat(files(place)).isEqualTo(before);
  }
}
