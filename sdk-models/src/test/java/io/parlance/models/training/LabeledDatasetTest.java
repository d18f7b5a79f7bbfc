package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.InvalidInputException;
import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.Labels.ProblemType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabeledDatasetTest {

  @TempDir Path folder;

  @Test
  void namesGetTheirIdsInSortedOrder() throws IOException {
    LabeledDataset data =
        LabeledDataset.read(
            file(
                "{\"text\":\"x\",\"label\":\"pear\"}\n\n"
                    + "  \n"
                    + "{\"text\":\"y\",\"label\":\"apple\",\"id\":7}\r\n"));
    assertThat(data.labels())
        .isEqualTo(new Labels(List.of("apple", "pear"), ProblemType.SINGLE_LABEL_CLASSIFICATION));
    assertThat(data.examples())
        .containsExactly(
            new LabeledExample("x", null, new Target.OneClass(1)),
            new LabeledExample("y", null, new Target.OneClass(0)));
  }

  @Test
  void numbersListsAndFractionsTellTheProblem() throws IOException {
    LabeledDataset numbered =
        LabeledDataset.read(file("{\"text\":\"a\",\"label\":2}\n{\"text\":\"b\",\"label\":0}"));
    assertThat(numbered.labels().names()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
    assertThat(numbered.examples().get(0).target()).isEqualTo(new Target.OneClass(2));

    LabeledDataset several =
        LabeledDataset.read(
            file("{\"text\":\"a\",\"label\":[\"joy\",\"fear\"]}\n{\"text\":\"b\",\"label\":[]}"));
    assertThat(several.labels())
        .isEqualTo(new Labels(List.of("fear", "joy"), ProblemType.MULTI_LABEL_CLASSIFICATION));
    assertThat(several.examples().get(0).target()).isEqualTo(new Target.SomeClasses(List.of(1, 0)));
    assertThat(several.examples().get(1).target()).isEqualTo(new Target.SomeClasses(List.of()));

    String scores =
        "{\"text\":\"a\",\"text_pair\":\"c\",\"label\":4}\n"
            + "{\"text\":\"b\",\"text_pair\":\"d\",\"label\":2.5}";
    LabeledDataset regression = LabeledDataset.read(file(scores));
    assertThat(regression.labels())
        .isEqualTo(new Labels(List.of("LABEL_0"), ProblemType.REGRESSION));
    assertThat(regression.examples().get(0))
        .isEqualTo(new LabeledExample("a", "c", new Target.Value(4)));

    LabeledDataset whole =
        LabeledDataset.read(file("{\"text\":\"a\",\"label\":4}"), ProblemType.REGRESSION);
    assertThat(whole.examples().get(0).target()).isEqualTo(new Target.Value(4));
  }

  @Test
  void aGzippedFileAndOneWithAByteOrderMarkAreReadAlike() throws IOException {
    byte[] plain =
        "\uFEFF{\"text\":\"caf\u00e9 \ud83d\ude00\",\"label\":\"l\"}"
            .getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    }
    Path plainFile = Files.write(folder.resolve("plain.jsonl"), plain);
    Path packedFile = Files.write(folder.resolve("packed.jsonl.gz"), packed.toByteArray());
    assertThat(LabeledDataset.read(plainFile)).isEqualTo(LabeledDataset.read(packedFile));
    assertThat(LabeledDataset.read(plainFile).examples().get(0).text())
        .isEqualTo("caf\u00e9 \ud83d\ude00");
    Files.write(packedFile, Arrays.copyOf(packed.toByteArray(), 30));
    assertThatThrownBy(() -> LabeledDataset.read(packedFile))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("packed.jsonl.gz, line 1: cannot be read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"text\":\"a\",\"label\":\"x\"|is not valid JSON",
        "{\"text\":\"a\",\"label\":\"x\"} {}|is not valid JSON from column 27",
        "[1]|expected a JSON object, found [1]",
        "{'text':'a','label':'x'}|is not valid JSON",
        "nonsense|is not valid JSON",
        "{\"label\":\"x\"}|has no \"text\"; its keys are [label]",
        "{\"text\":\"a\"}|has no \"label\"; its keys are [text]",
        "{\"text\":3,\"label\":\"x\"}|\"text\" is 3, expected a string",
        "{\"text\":null,\"label\":\"x\"}|\"text\" is null, expected a string",
        "{\"text\":\"a\",\"label\":null}|has no \"label\"",
        "{\"text\":\"a\",\"label\":true}|\"label\" is true, expected a string, a number or a list",
        "{\"text\":\"a\",\"label\":{\"x\":1}}|expected a string, a number or a list",
        "{\"text\":\"a\",\"label\":[\"x\"]}|\"label\" is [\"x\"], but in line 1 it is \"x\"",
        "{\"text\":\"a\",\"label\":1}|\"label\" is 1, but in line 1 it is \"x\"",
        "{\"text\":\"a\",\"text_pair\":\"b\",\"label\":\"x\"}|\"text_pair\" is there, but in line 1"
            + " it is missing",
        "{\"text\":\"a\",\"text_pair\":1,\"label\":\"x\"}|\"text_pair\" is 1, expected a string",
      })
  void aBrokenLineIsNamed(String line, String message) throws IOException {
    Path file = file("{\"text\":\"a\",\"label\":\"x\"}\n\n" + line + "\n");
    assertThatThrownBy(() -> LabeledDataset.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("data file " + file + ", line 3: ")
        .hasMessageContaining(message);
  }

  @Test
  void bytesThatAreNotTextAreRefused() throws IOException {
    Path file = Files.write(folder.resolve("latin1.jsonl"), new byte[] {'{', (byte) 0xE9, '}'});
    assertThatThrownBy(() -> LabeledDataset.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("data file " + file + ", line 1: is not UTF-8; convert the file");
  }

  @Test
  void emptyAndMissingFilesAreNamed() throws IOException {
    assertThatThrownBy(() -> LabeledDataset.read(file(" \n")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no examples; expected lines like");
    assertThatThrownBy(() -> LabeledDataset.read(folder.resolve("none.jsonl")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.jsonl cannot be read");
  }

  @Test
  void labelsOfAnotherTaskAreRefused() throws IOException {
    Labels labels = new Labels(List.of("no", "yes"), ProblemType.SINGLE_LABEL_CLASSIFICATION);
    assertThat(
            LabeledDataset.read(file("{\"text\":\"a\",\"label\":\"yes\"}"), labels)
                .examples()
                .get(0)
                .target())
        .isEqualTo(new Target.OneClass(1));
    assertThatThrownBy(
            () -> LabeledDataset.read(file("{\"text\":\"a\",\"label\":\"maybe\"}"), labels))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 1: label \"maybe\" is none of the 2 known classes: [no, yes]");
    assertThatThrownBy(() -> LabeledDataset.read(file("{\"text\":\"a\",\"label\":2}"), labels))
        .hasMessageContaining("line 1: label 2 is none of the 2 known classes");
    for (String number : List.of("-1", "0.5", "1e99")) {
      assertThatThrownBy(
              () -> LabeledDataset.read(file("{\"text\":\"a\",\"label\":" + number + "}"), labels))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("label " + number + " is not the number of a class");
    }
    assertThatThrownBy(
            () -> LabeledDataset.read(file("{\"text\":\"a\",\"label\":[\"yes\"]}"), labels))
        .hasMessageContaining("\"label\" is the list [\"yes\"], expected a single class");
    assertThatThrownBy(
            () ->
                LabeledDataset.read(
                    file("{\"text\":\"a\",\"label\":\"yes\"}"), ProblemType.REGRESSION))
        .hasMessageContaining("\"label\" is \"yes\", expected a finite number for a regression");
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("data.jsonl"), content);
  }
}
