package io.parlance.samples.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job that is killed goes on where it was, with no document lost and none twice. */
class KilledJobTest {
  private static final int DOCUMENTS = 3_000;

  @TempDir private Path folder;

  @Test
  void everyDocumentHasResultsOnceHoweverOftenTheProcessIsKilled() throws Exception {
    List<String> command = write();
    Results results = new Results(folder.resolve("results"));

    interrupted(1, ProcessHandle::destroyForcibly, command);
    assertThat(results.query("SELECT status FROM batch_job_execution")).containsExactly("STARTED");
    long first = done(results);
    assertThat(first).isBetween(1L, DOCUMENTS - 1L);
    interrupted(2, ProcessHandle::destroyForcibly, command);
    assertThat(done(results)).isBetween(first, DOCUMENTS - 1L);
    CommandRun last = CommandRun.of(command);

    assertThat(last.status()).as(last.messages()).isEqualTo(JobOutcome.SKIPPED.exitStatus());
    assertThat(last.messages()).contains("3,000 of 3,000 documents (100.0 %)");
    assertThat(results.states()).containsExactly("DONE 2970", "SKIPPED 30");
    assertThat(results.query("SELECT COUNT(*), COUNT(DISTINCT document_id) FROM classification"))
        .containsExactly("2970 2970");
    assertThat(
            results.query(
                "SELECT COUNT(*) FROM document WHERE CAST(name AS INTEGER) BETWEEN 0 AND 2999"))
        .containsExactly("3000");
    assertThat(results.query("SELECT status FROM batch_job_execution ORDER BY job_execution_id"))
        .containsExactly("FAILED", "FAILED", "COMPLETED");
    assertThat(results.query("SELECT COUNT(*) FROM batch_job_instance")).containsExactly("1");
  }

  private List<String> write() throws IOException {
    Path file = folder.resolve("documents.jsonl");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      lines.add(
          i % 100 == 13
              ? "{\"id\": \"" + i + "\"}"
              : "{\"id\": \"" + i + "\", \"text\": \"Where is card number " + i + "?\"}");
    }
    Files.write(file, lines);
    return List.of(
        file.toString(),
        "--database=" + folder.resolve("results"),
        "--chunk-size=20",
        "--parallel=2");
  }

  @Test
  void aJobThatIsToldToStopKeepsTheChunksInWork() throws Exception {
    List<String> command = write();
    Results results = new Results(folder.resolve("results"));

    String messages = interrupted(1, ProcessHandle::destroy, command);

    assertThat(messages).contains("stopped; the same command goes on from here");
    assertThat(results.query("SELECT status FROM batch_job_execution")).containsExactly("STOPPED");
    long done = done(results);
    assertThat(done).isBetween(1L, DOCUMENTS - 1L);
    CommandRun last = CommandRun.of(command);
    assertThat(last.status()).as(last.messages()).isEqualTo(JobOutcome.SKIPPED.exitStatus());
    assertThat(results.states()).containsExactly("DONE 2970", "SKIPPED 30");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE batch_job_execution SET status = 'UNKNOWN'",
        "UPDATE batch_job_execution SET status = 'STARTING', end_time = NULL, start_time = NULL",
        "UPDATE batch_step_execution SET status = 'UNKNOWN' WHERE status = 'FAILED'",
        // the context of the steps was not written yet, and some had not begun
        "DELETE FROM batch_step_execution_context; DELETE FROM batch_step_execution"
            + " WHERE status = 'FAILED'; UPDATE batch_job_execution SET status = 'STARTED'",
        // nor was the execution of the instance
        "DELETE FROM batch_step_execution_context; DELETE FROM batch_step_execution;"
            + " DELETE FROM batch_job_execution_context; DELETE FROM batch_job_execution_params;"
            + " DELETE FROM batch_job_execution"
      })
  void whateverSpringBatchHadNotedByThenTheJobGoesOn(String noted) throws Exception {
    Path file = folder.resolve("documents.jsonl");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      lines.add(i == 25 ? "{}" : "{\"text\": \"Where is card number " + i + "?\"}");
    }
    Files.write(file, lines);
    Results results = new Results(folder.resolve("results"));
    List<String> command =
        List.of(file.toString(), "--database=" + results.database(), "--chunk-size=4");
    assertThat(CommandRun.of(command, "--parallel=1", "--skip-limit=0").status())
        .isEqualTo(JobOutcome.UNFINISHED.exitStatus());
    assertThat(done(results)).isBetween(4L, 36L);
    results.execute(noted);

    CommandRun again = CommandRun.of(command);

    assertThat(again.status()).as(again.messages()).isEqualTo(JobOutcome.SKIPPED.exitStatus());
    assertThat(results.states()).containsExactly("DONE 39", "SKIPPED 1");
    assertThat(results.query("SELECT COUNT(*) FROM classification")).containsExactly("39");
  }

  private static long done(Results results) throws Exception {
    return Long.parseLong(
        results.query("SELECT COUNT(*) FROM document WHERE state <> 'PENDING'").get(0));
  }

  /**
   * Runs the job until it has told its progress so often.
   *
   * @param end ends the process
   * @return its messages
   */
  private static String interrupted(int times, Consumer<ProcessHandle> end, List<String> arguments)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(JobProcess.command(arguments.toArray(String[]::new)))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    try (InputStream in = process.getErrorStream()) {
      int told = 0;
      for (int next = in.read(); next >= 0; next = in.read()) {
        messages.write(next);
        told += next == '\r' ? 1 : 0;
        if (next == '\r' && told == times) {
          assertThat(process.isAlive()).isTrue();
          end.accept(process.toHandle()); // which leaves the streams open
        }
      }
      process.waitFor();
      assertThat(told).as(messages.toString(StandardCharsets.UTF_8)).isGreaterThanOrEqualTo(times);
    }
    return messages.toString(StandardCharsets.UTF_8);
  }
}
