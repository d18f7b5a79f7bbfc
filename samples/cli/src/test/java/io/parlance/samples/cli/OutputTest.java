package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {

  @TempDir private Path folder;

  private final ByteArrayOutputStream standardOutput = new ByteArrayOutputStream();

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileAppearsWholeAndReplacesTheOldOne() throws IOException {
    Path file = Files.writeString(folder.resolve("out.jsonl"), "old");
    try (Output output = Output.open(file, standardOutput)) {
      output.stream().write("new".getBytes(StandardCharsets.UTF_8));
      output.stream().flush();
      assertThat(file).hasContent("old");
      output.commit();
    }
    assertThat(file).hasContent("new");
    assertThat(files()).containsExactly("out.jsonl");
    assertThat(standardOutput.size()).isZero();
  }

  @Test
  void nothingIsLeftOfAnOutputThatFailed() throws IOException {
    try (Output output = Output.open(folder.resolve("out.jsonl"), standardOutput)) {
      output.stream().write(1);
      output.stream().flush();
      assertThat(files()).hasSize(1);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void aSymbolicLinkStaysAndItsTargetIsReplaced() throws IOException {
    Path target = Files.writeString(folder.resolve("target"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);
    try (Output output = Output.open(link, standardOutput)) {
      output.stream().write('n');
      output.commit();
    }
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("n");
  }

  @Test
  void whatCannotBeWrittenIsRefusedBeforeAnyWork() {
    assertThatThrownBy(() -> Output.open(folder, standardOutput))
        .isInstanceOf(RefusedException.class)
        .hasMessage("cannot write " + folder + ": it is a folder");
    Path missing = folder.resolve("no/such/out.jsonl");
    assertThatThrownBy(() -> Output.open(missing, standardOutput))
        .isInstanceOf(RefusedException.class)
        .hasMessage("cannot write " + missing + ": no such file or folder");
  }
}
