package io.parlance.samples.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.Entity;
import io.parlance.Nlp;
import io.parlance.Translation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job over a file of JSON lines, with all its tasks. */
class JsonLinesJobTest {
  @TempDir private Path folder;

  private static String model(String name) {
    return Path.of("../../sdk-core/src/test/resources/io/parlance/testmodels", name)
        .toAbsolutePath()
        .normalize()
        .toString();
  }

  @Test
  void everyLineIsADocumentOnce() throws Exception {
    Path file = folder.resolve("tickets.jsonl");
    Results results = new Results(folder.resolve("results"));
    String lines =
        """
        {"id": "a", "text": "Where is my card?"}
        {"text": "I forgot my PIN"}

        {"id": 7, "text": "Half of a pair: \\ud83d, and \\u0000 in the middle"}
        {"id": "a", "text": "The same id"}
        {"id": "b", "message": "no text"}
        {"id": "c", "text": 5}
        not JSON
        {"id": "d", "text": "  "}
        ["an", "array"]
        """;
    byte[] start = lines.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[start.length + 4];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(new byte[] {'"', (byte) 0xC3, (byte) 0x28, '"'}, 0, all, start.length, 4);
    Files.write(file, all);

    CommandRun run =
        CommandRun.of(file.toString(), "--database=" + results.database(), "--chunk-size=3");

    assertThat(run.status()).as(run.messages()).isEqualTo(JobOutcome.SKIPPED.exitStatus());
    assertThat(results.query("SELECT name FROM document WHERE state = 'DONE' ORDER BY id"))
        .containsExactly("a", "line 2", "7");
    assertThat(results.skipped())
        .containsExactly(
            "DUPLICATE_ID a (line 5)",
            "NO_TEXT_FIELD b",
            "NO_TEXT_FIELD c",
            "NO_TEXT d",
            "NOT_JSON line 10",
            "NOT_JSON line 11",
            "NOT_JSON line 8");

    assertThat(CommandRun.of(file.toString(), "--database=" + results.database()).out())
        .contains("0 documents in ");
    assertThat(
            CommandRun.of(
                    file.toString(),
                    "--database=" + results.database(),
                    "--retry-skipped",
                    "--text-field=message")
                .status())
        .isEqualTo(JobOutcome.SKIPPED.exitStatus());
    assertThat(results.skipped())
        .as("the second line of an id stays what it is")
        .contains("DUPLICATE_ID a (line 5)")
        .doesNotContain("NO_TEXT_FIELD b");
  }

  @Test
  void allTasksGiveWhatTheSdkGives() throws Exception {
    List<String> texts =
        List.of(
            "Ada Lovelace joined Siemens in Munich.",
            "The house is small. It stands in Paris!",
            "Nothing.");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      lines.add("{\"id\": " + i + ", \"text\": \"" + texts.get(i) + "\"}");
    }
    Path file = folder.resolve("texts.ndjson");
    Files.write(file, lines);
    Results results = new Results(folder.resolve("results"));
    String ner = model("ner-bert-uncased-io");
    String t5 = model("t5-encoder-decoder");

    CommandRun run =
        CommandRun.of(
            file.toString(),
            "--database=" + results.database(),
            "--tasks=entities,translate",
            "--parlance.entity-extractor=" + ner,
            "--parlance.translator=" + t5);

    assertThat(run.status()).as(run.messages()).isZero();
    List<String> entities = new ArrayList<>();
    List<String> translations = new ArrayList<>();
    try (Nlp nlp = Nlp.builder().entityExtractor(ner).translator(t5).build()) {
      for (int i = 0; i < texts.size(); i++) {
        int place = 0;
        for (Entity entity : nlp.extractEntities(texts.get(i))) {
          entities.add(
              String.join(
                  " ",
                  "" + i,
                  "" + place++,
                  entity.entity(),
                  entity.text(),
                  "" + entity.start(),
                  "" + entity.end()));
        }
        Translation translation = nlp.translate(texts.get(i));
        translations.add(i + " " + translation.text());
      }
    }
    assertThat(entities).isNotEmpty();
    assertThat(
            results.query(
                "SELECT name, place, type, text, start_offset, end_offset FROM entity"
                    + " JOIN document ON id = document_id ORDER BY name, place"))
        .isEqualTo(entities);
    assertThat(
            results.query(
                "SELECT name, text FROM translation JOIN document ON id = document_id"
                    + " ORDER BY name"))
        .isEqualTo(translations);
    assertThat(results.query("SELECT * FROM classification")).isEmpty();

    CommandRun other = CommandRun.of(file.toString(), "--database=" + results.database());
    assertThat(other.status()).isEqualTo(JobOutcome.REFUSED.exitStatus());
    assertThat(other.messages())
        .contains("were processed with entities by " + ner)
        .contains("now it is to be classify by ")
        .contains("--again");

    CommandRun again =
        CommandRun.of(file.toString(), "--database=" + results.database(), "--again");
    assertThat(again.status()).as(again.messages()).isZero();
    assertThat(results.query("SELECT COUNT(*) FROM classification")).containsExactly("3");
    assertThat(results.query("SELECT * FROM translation")).isEmpty();
  }
}
