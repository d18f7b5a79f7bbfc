package io.parlance.samples.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Wrong options are refused with their name, their value and what to do. */
class OptionsTest {
  private static final String SAMPLES = "sample-documents";

  static Stream<Arguments> wrongOptions() {
    return Stream.of(
        wrong("Missing required parameter: 'INPUT'"),
        wrong("input nowhere does not exist", "nowhere"),
        wrong("input pom.xml is neither a folder nor a JSON Lines file", "pom.xml"),
        wrong("Unknown option: '--limt=3'", SAMPLES, "--limt=3"),
        wrong("--limit is 0; it must be at least 1", SAMPLES, "--limit=0"),
        wrong("'many' is not a long", SAMPLES, "--limit=many"),
        wrong("--chunk-size is 0; it must be at least 1 and at most", SAMPLES, "--chunk-size=0"),
        wrong("--parallel is 65; it must be at least 1 and at most 64", SAMPLES, "--parallel=65"),
        wrong("--skip-limit is -1", SAMPLES, "--skip-limit=-1"),
        wrong("--max-characters is 0", SAMPLES, "--max-characters=0"),
        wrong("expected one of [classify, entities, translate]", SAMPLES, "--tasks=summarize"),
        wrong(
            "--id-field and --text-field are both 'x'", SAMPLES, "--id-field=x", "--text-field=x"),
        wrong("--text-field is empty", SAMPLES, "--text-field="),
        wrong("--database is given together with --dry-run", SAMPLES, "--dry-run", "--database=x"),
        wrong("--database a;b has one of", SAMPLES, "--database=a;b"),
        wrong(
            "--database is given together with --spring.datasource.url",
            SAMPLES,
            "--database=x",
            "--spring.datasource.url=jdbc:h2:mem:x"));
  }

  private static Arguments wrong(String message, String... arguments) {
    return Arguments.of(message, List.of(arguments));
  }

  @ParameterizedTest
  @MethodSource("wrongOptions")
  void wrongOptionsAreNamedBeforeAnythingStarts(String message, List<String> arguments) {
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.messages()).contains(message);
    assertThat(run.status()).isEqualTo(JobOutcome.REFUSED.exitStatus());
  }

  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void aTaskWithoutAModelIsRefused(@TempDir Path folder, CapturedOutput output) {
    CommandRun run =
        CommandRun.of(SAMPLES, "--tasks=entities", "--database=" + folder.resolve("results"));
    assertThat(run.status()).isEqualTo(JobOutcome.REFUSED.exitStatus());
    assertThat(output.getErr())
        .contains("--tasks names entities, which has no model")
        .contains("--parlance.entity-extractor=FOLDER")
        .doesNotContain("BeanCreationException");
  }

  @Test
  void aDatabaseThatIsOpenElsewhereIsRefused(@TempDir Path folder) throws Exception {
    Results results = new Results(folder.resolve("results"));
    try (Connection open = results.connection()) {
      Process other =
          new ProcessBuilder(JobProcess.command(SAMPLES, "--database=" + results.database()))
              .redirectErrorStream(true)
              .start();
      String messages = new String(other.getInputStream().readAllBytes());
      assertThat(other.waitFor()).isEqualTo(JobOutcome.REFUSED.exitStatus());
      assertThat(messages).contains("The database is open in another process");
      assertThat(open.isClosed()).isFalse();
    }
  }

  @Test
  void theReadmeNamesEveryOption() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    for (String option : CommandRun.of("--help").out().split("[^a-z-]+")) {
      if (option.matches("--[a-z][a-z-]+") && !option.matches("--(parlance|spring)")) {
        assertThat(readme).contains("`" + option);
      }
    }
  }
}
