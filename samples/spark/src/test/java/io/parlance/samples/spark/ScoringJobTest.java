package io.parlance.samples.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.parlance.Classification;
import io.parlance.Nlp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoringJobTest {
  private static final List<String> SENTENCES =
      List.of(
          "I was charged twice",
          "Where is my new card?",
          "My card was stolen on the train, what can I do now?",
          "What is the exchange rate for dollars?");
  private static final ScoringSpecification STARTER = new ScoringSpecification(null, null, 2);

  private static SparkSession session;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    session =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private Path documents(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add("{\"id\": %d, \"text\": \"%s\"}".formatted(i, SENTENCES.get(i % SENTENCES.size())));
    }
    return Files.write(folder.resolve("documents.jsonl"), lines);
  }

  private Map<String, Row> rows(Path output) {
    return session.read().parquet(output.toString()).collectAsList().stream()
        .collect(Collectors.toMap(row -> String.valueOf(row.get(0)), Function.identity()));
  }

  @Test
  void givesWhatTheSdkGives() throws IOException {
    Path output = folder.resolve("out");
    int before = ProcessModels.count();
    ScoringJob job = new ScoringJob(session, new ScoringSpecification(null, null, 1));
    ScoringJob.Counts counts =
        job.write(
            job.jsonLines(documents(600).toString()), output.toString(), SaveMode.ErrorIfExists);
    assertThat(counts).isEqualTo(new ScoringJob.Counts(600, 0));
    Map<String, Row> rows = rows(output);
    assertThat(rows).hasSize(600);
    try (Nlp nlp = Nlp.create()) {
      for (int i = 0; i < 600; i++) {
        Classification expected = nlp.classify(SENTENCES.get(i % SENTENCES.size()));
        Row row = rows.get(String.valueOf(i));
        assertThat(row.<String>getAs("label")).isEqualTo(expected.label());
        // 8 bit activations share a scale with the texts beside them
        assertThat(row.<Double>getAs("score")).isCloseTo(expected.score(), offset(2e-2));
        assertThat(row.<Boolean>getAs("truncated")).isFalse();
        assertThat(row.<Object>getAs("entities")).isNull();
      }
    }
    assertThat(ProcessModels.count()).as("sets of models in this JVM").isEqualTo(before + 1);
  }

  @Test
  void badDocumentsBecomeErrors() throws IOException {
    Path input = folder.resolve("in.jsonl");
    Files.writeString(
        input,
        """
        {"id": "a", "text": "I was charged twice"}
        {"id": "b"}
        this is not JSON
        {"id": "c", "text": ""}
        """);
    Path output = folder.resolve("out");
    ScoringJob job = new ScoringJob(session, STARTER);
    ScoringJob.Counts counts =
        job.write(job.jsonLines(input.toString()), output.toString(), SaveMode.Overwrite);
    Map<String, Row> rows = rows(output);
    assertThat(rows.get("a").<String>getAs("error")).isNull();
    assertThat(rows.get("b").<String>getAs("error")).isEqualTo("no field 'text'");
    assertThat(rows.get("null").<String>getAs("error"))
        .isEqualTo("not a JSON object with a text: this is not JSON");
    assertThat(counts.all()).isEqualTo(4);
    assertThat(counts.failed())
        .isEqualTo(rows.values().stream().filter(row -> !row.isNullAt(5)).count());
  }

  @Test
  void textFilesAreDocuments() throws IOException {
    Path texts = Files.createDirectories(folder.resolve("texts/below")).getParent();
    Files.writeString(texts.resolve("one.txt"), "I was charged twice\nin one month");
    Files.writeString(texts.resolve("below/two.txt"), "Where is my new card?");
    Path output = folder.resolve("out");
    ScoringJob job = new ScoringJob(session, STARTER);
    assertThat(job.write(job.textFiles(texts.toString()), output.toString(), SaveMode.Overwrite))
        .isEqualTo(new ScoringJob.Counts(2, 0));
    assertThat(rows(output).keySet())
        .allMatch(id -> id.startsWith("file:/"))
        .anyMatch(id -> id.endsWith("one.txt"));
  }

  /** Executors get the specification, not the models. */
  @Test
  void whatIsSentSurvivesIt() throws Exception {
    DocumentScoring scoring =
        new DocumentScoring(new ScoringSpecification("hf:org/name", "models/ner", 3));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(scoring);
    }
    assertThat(bytes.size()).isLessThan(1000);
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(scoring);
    }
  }
}
