package io.parlance.samples.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  @TempDir private Path folder;

  @Test
  void scoresAFileAndTellsWhetherAllWentWell() throws IOException {
    Path input = folder.resolve("in.jsonl");
    Files.writeString(input, "{\"id\": 1, \"text\": \"I was charged twice\"}\n");
    String output = folder.resolve("out").toString();
    assertThat(Main.run(input.toString(), "--output", output, "--master", "local[2]")).isZero();
    assertThat(Main.run(input.toString(), "--output", output, "--master", "local[2]"))
        .as("what is there is not replaced")
        .isEqualTo(2);
    Files.writeString(input, "{\"id\": 1}\n");
    assertThat(
            Main.run(input.toString(), "--output", output, "--overwrite", "--master", "local[2]"))
        .isEqualTo(3);
    assertThat(folder.resolve("out/_SUCCESS")).exists();
  }

  @Test
  void wrongUseIsRefused() {
    String absent = folder.resolve("absent").toString();
    assertThat(Main.run(absent, "--output", "x", "--master", "local[2]")).isEqualTo(2);
    assertThat(Main.run("in", "--output", "x", "--classifier", absent, "--master", "local[2]"))
        .isEqualTo(2);
    assertThat(Main.run("in", "--output", "x", "--threads", "0")).isEqualTo(2);
    assertThat(Main.run("in", "--output", "x", "--colour", "red")).isEqualTo(2);
    assertThat(Main.run("in")).isEqualTo(2);
  }
}
