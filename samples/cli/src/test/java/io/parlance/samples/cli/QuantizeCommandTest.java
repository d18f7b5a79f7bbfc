package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizeCommandTest {

  private static final String TEXT = "{\"text\":\"the cat sat on the mat\"}\n";

  @TempDir private Path folder;

  private static String bestLabel(String model) {
    CommandRun run = CommandRun.of(TEXT, "classify", "--model", model);
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    return run.lines()
        .get(0)
        .getAsJsonArray("labels")
        .get(0)
        .getAsJsonObject()
        .get("label")
        .getAsString();
  }

  @ParameterizedTest
  @CsvSource({"int8, model_quantized.onnx", "q4, model_q4.onnx"})
  void quantizedFolderIsUsedAsAnyOther(String precision, String name) {
    String model = Fixtures.textClassifier().toString();
    Path output = folder.resolve("small");
    CommandRun run =
        CommandRun.of(
            "", "quantize", "--model", model, "--output", output + "", "--precision", precision);
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.messages()).contains(name, "matrices quantized", "wrote " + output);
    assertThat(output.resolve(name)).exists();
    assertThat(bestLabel(output.toString())).isEqualTo(bestLabel(model));
    CommandRun again = CommandRun.of("", "quantize", "--model", model, "--output", output + "");
    assertThat(again.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(again.messages()).contains("exists already");
  }

  @Test
  void unknownPrecisionIsRefused() {
    CommandRun run =
        CommandRun.of(
            "",
            "quantize",
            "--model",
            Fixtures.textClassifier().toString(),
            "--output",
            folder.resolve("small").toString(),
            "--precision",
            "int3");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains("--precision is 'int3', expected int8 or q4");
    assertThat(folder.resolve("small")).doesNotExist();
  }
}
