package io.parlance.samples.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.Classification;
import io.parlance.Nlp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job from its command line to its tables, over the sample documents and bad ones. */
class FolderJobTest {
  private static final Path SAMPLES = Path.of("sample-documents");

  /** In full precision, so that a text has the same result in any company. */
  private static final String MODEL =
      Path.of("../../sdk-core/src/test/resources/io/parlance/testmodels/textcls-bert")
          .toAbsolutePath()
          .normalize()
          .toString();

  @TempDir private Path folder;
  private Path input;
  private Results results;
  private List<String> job;

  @BeforeEach
  void copySamples() throws IOException {
    input = folder.resolve("input");
    results = new Results(folder.resolve("results"));
    job = List.of(input.toString(), "--database=" + results.database());
    try (Stream<Path> files = Files.walk(SAMPLES)) {
      for (Path file : files.toList()) {
        Files.copy(file, input.resolve(SAMPLES.relativize(file).toString()));
      }
    }
  }

  @Test
  void everyKindOfFileIsReadAndBadOnesAreSkippedWithTheirCause() throws Exception {
    Files.write(input.resolve("broken.docx"), new byte[] {'P', 'K', 3, 4, 1, 2, 3, 4, 5, 6, 7});
    Files.write(input.resolve("empty.txt"), new byte[0]);
    Files.writeString(input.resolve("blank.html"), "<html><body> </body></html>");
    Files.writeString(input.resolve("long.txt"), "word ".repeat(300));
    Files.writeString(input.resolve(".hidden.txt"), "not a document");

    CommandRun run = CommandRun.of(job, "--max-characters=1000", "--parlance.classifier=" + MODEL);

    assertThat(run.status()).as(run.messages()).isEqualTo(JobOutcome.SKIPPED.exitStatus());
    assertThat(results.skipped())
        .containsExactly(
            "NO_TEXT blank.html",
            "NOT_READABLE broken.docx",
            "NO_TEXT empty.txt",
            "TOO_LONG long.txt");
    assertThat(results.states()).containsExactly("DONE 6", "SKIPPED 4");
    assertThat(run.out()).contains("6 with results, 4 skipped").contains("broken.docx");
    assertThat(run.messages()).contains("10 of 10 documents (100.0 %)").contains("4 skipped");
    assertThat(results.query("SELECT name FROM document WHERE state = 'DONE' ORDER BY name"))
        .containsExactly(
            "card-not-arrived.txt",
            "letters/card-swallowed.pdf",
            "letters/charged-twice.txt",
            "letters/forgotten-pin.docx",
            "lost-card.html",
            "requests.md");
    theLabelsAreThoseOfTheTextsThemselves();
  }

  private void theLabelsAreThoseOfTheTextsThemselves() throws Exception {
    try (Nlp nlp = Nlp.builder().classifier(MODEL).build()) {
      String html =
          "Lost card\nI think I lost my card on the train to Munich this morning."
              + " Please block it – I can’t find it anywhere.";
      String docx =
          "Good morning,\nI have forgotten the PIN of my card. How can I choose a new one?\n"
              + "Grace Hopper";
      String pdf =
          "To whom it may concern,\n\nthe cash machine at the station swallowed my card and\n"
              + "did not give it back. How do I get a new one?\n\nAlan Turing";
      String text = Files.readString(SAMPLES.resolve("letters/charged-twice.txt")).strip();
      assertThat(
              results.query(
                  "SELECT label, ROUND(score, 5) FROM classification"
                      + " JOIN document ON id = document_id"
                      + " WHERE name LIKE 'l%' ORDER BY name"))
          .containsExactly(
              described(nlp.classify(pdf)),
              described(nlp.classify(text)),
              described(nlp.classify(docx)),
              described(nlp.classify(html)));
    }
  }

  private static String described(Classification result) {
    return result.label() + " " + Math.round(result.score() * 1e5) / 1e5;
  }

  @Test
  void aDryRunDoesTheSameAndLeavesNoDatabase() throws IOException {
    CommandRun run = CommandRun.of(input.toString(), "--dry-run");

    assertThat(run.status()).as(run.messages()).isZero();
    assertThat(run.out()).contains("dry run: 6 documents in ").contains("nothing was kept");
    assertThat(run.out()).containsPattern("card-not-arrived.txt  card_arrival  0\\.\\d+");
    try (Stream<Path> files = Stream.concat(Files.list(folder), Files.list(Path.of("")))) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".mv.db"));
    }
  }

  @Test
  void aLimitLeavesTheRestForLaterAndWhatIsDoneIsNotDoneAgain() throws Exception {
    assertThat(CommandRun.of(job, "--limit=4").status()).isZero();
    assertThat(results.states()).containsExactly("DONE 4", "PENDING 2");
    List<String> first = results.query("SELECT id, processed_at FROM document WHERE id <= 4");

    Files.writeString(input.resolve("new.txt"), "Where is my card?");
    CommandRun second = CommandRun.of(job);
    assertThat(second.out()).contains("3 documents in ");
    assertThat(results.states()).containsExactly("DONE 7");
    assertThat(results.query("SELECT id, processed_at FROM document WHERE id <= 4"))
        .isEqualTo(first);

    CommandRun third = CommandRun.of(job);
    assertThat(third.status()).isZero();
    assertThat(third.out()).contains("0 documents in ").contains("7 with results, 0 skipped");
    assertThat(results.query("SELECT number, documents FROM document_run ORDER BY number"))
        .containsExactly("1 4", "2 3", "3 0");
  }

  @Test
  void skippedDocumentsAreTriedAgainWhenAsked() throws Exception {
    Path bad = input.resolve("bad.txt");
    Files.write(bad, new byte[0]);
    assertThat(CommandRun.of(job).status()).isEqualTo(JobOutcome.SKIPPED.exitStatus());
    Files.writeString(bad, "How do I top up my account?");
    assertThat(CommandRun.of(job).out()).contains("0 documents in ");
    assertThat(results.skipped()).containsExactly("NO_TEXT bad.txt");

    CommandRun again = CommandRun.of(job, "--retry-skipped");

    assertThat(again.status()).as(again.messages()).isZero();
    assertThat(results.skipped()).isEmpty();
    assertThat(results.states()).containsExactly("DONE 7");
  }

  @Test
  void moreSkipsThanAllowedFailTheJobWhichGoesOnLater() throws Exception {
    Files.write(input.resolve("bad-1.txt"), new byte[0]);
    Files.write(input.resolve("bad-2.txt"), new byte[0]);

    CommandRun refused = CommandRun.of(job, "--skip-limit=1", "--chunk-size=2", "--parallel=1");
    assertThat(refused.status()).isEqualTo(JobOutcome.UNFINISHED.exitStatus());
    assertThat(refused.messages())
        .contains("the job failed")
        .containsPattern("more documents than --skip-limit 1 .* 'bad-.\\.txt': the file is empty");
    assertThat(results.query("SELECT COUNT(*) FROM document")).containsExactly("8");

    assertThat(CommandRun.of(job).status()).isEqualTo(JobOutcome.SKIPPED.exitStatus());
    assertThat(results.states()).containsExactly("DONE 6", "SKIPPED 2");
    assertThat(results.query("SELECT status FROM batch_job_execution ORDER BY job_execution_id"))
        .containsExactly("FAILED", "COMPLETED");
    assertThat(results.query("SELECT COUNT(*) FROM batch_job_instance")).containsExactly("1");
  }
}
