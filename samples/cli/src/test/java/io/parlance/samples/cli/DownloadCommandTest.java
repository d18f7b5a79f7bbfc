package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadCommandTest {

  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir private Path cache;

  private Path fill() throws IOException {
    Path repository = cache.resolve("models--acme--tiny");
    Path snapshot = Files.createDirectories(repository.resolve("snapshots").resolve(COMMIT));
    try (Stream<Path> files = Files.list(Fixtures.textClassifier())) {
      for (Path file : files.toList()) {
        Files.copy(file, snapshot.resolve(file.getFileName()));
      }
    }
    Files.createDirectories(repository.resolve("refs"));
    Files.writeString(repository.resolve("refs/main"), COMMIT);
    return snapshot;
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(
        "",
        Stream.concat(
                Stream.of("download", "--cache", cache.toString(), "--offline"),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  @Test
  void namesTheFolderOfTheModel() throws IOException {
    Path snapshot = fill();
    for (List<String> arguments :
        List.of(List.of("hf:acme/tiny"), List.of("hf:acme/tiny", "--include", "*.json"))) {
      CommandRun run = run(arguments.toArray(String[]::new));
      assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
      assertThat(run.lines())
          .singleElement()
          .hasToString(
              "{\"model\":\"hf:acme/tiny\",\"commit\":\""
                  + COMMIT
                  + "\",\"folder\":\""
                  + snapshot
                  + "\"}");
    }
  }

  @Test
  void refusesWhatIsNotThere() throws IOException {
    fill();
    CommandRun variant = run("hf:acme/tiny", "--variant", "int8");
    assertThat(variant.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(variant.messages())
        .isEqualTo(
            "parlance download: model hf:acme/tiny has no model_int8.onnx; its graphs are"
                + " [model.onnx]; choose a variant of them, or name the files to download");
    CommandRun unknown = run("hf:acme/other");
    assertThat(unknown.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(unknown.messages())
        .startsWith("parlance download: hf:acme/other is not in the cache " + cache);
    CommandRun folder = run("models/tiny");
    assertThat(folder.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(folder.messages()).contains("'models/tiny' is not a model of a hub");
  }
}
