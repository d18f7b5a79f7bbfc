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
    Output.write(
        file,
        standardOutput,
        out -> {
          out.write("new".getBytes(StandardCharsets.UTF_8));
          out.flush();
          assertThat(file).hasContent("old");
        });
    assertThat(file).hasContent("new");
    assertThat(files()).containsExactly("out.jsonl");
    assertThat(standardOutput.size()).isZero();
  }

  @Test
  void nothingIsLeftOfAnOutputThatFailed() throws IOException {
    Output.Content failing =
        out -> {
          out.write(1);
          out.flush();
          assertThat(files()).hasSize(1);
          throw new RefusedException("no");
        };
    assertThatThrownBy(() -> Output.write(folder.resolve("out.jsonl"), standardOutput, failing))
        .hasMessage("no");
    assertThat(files()).isEmpty();
  }

  @Test
  void aSymbolicLinkStaysAndItsTargetIsReplaced() throws IOException {
    Path target = Files.writeString(folder.resolve("target"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);
    Output.write(link, standardOutput, out -> out.write('n'));
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("n");
  }

  @Test
  void whatCannotBeWrittenIsRefusedBeforeAnyWork() {
    Output.Content never =
        out -> {
          throw new AssertionError("work was begun");
        };
    assertThatThrownBy(() -> Output.write(folder, standardOutput, never))
        .isInstanceOf(RefusedException.class)
        .hasMessage("cannot write " + folder + ": it is a folder");
    Path missing = folder.resolve("no/such/out.jsonl");
    assertThatThrownBy(() -> Output.write(missing, standardOutput, never))
        .isInstanceOf(RefusedException.class)
        .hasMessage("cannot write " + missing + ": there is no folder " + missing.getParent());
  }
}
