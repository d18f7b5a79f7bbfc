package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The expected numbers are what the reference's text classification pipeline gives for this model.
 */
class ClassifyCommandTest {

  private static final String MODEL = Fixtures.textClassifier().toString();
  private static final double TOLERANCE = 1e-5;

  @TempDir private Path folder;

  private static void assertLabels(JsonObject answer, Object... labelsAndScores) {
    JsonArray labels = answer.getAsJsonArray("labels");
    assertThat(labels).hasSize(labelsAndScores.length / 2);
    for (int i = 0; i < labels.size(); i++) {
      JsonElement label = labels.get(i);
      assertThat(label.getAsJsonObject().get("label").getAsString())
          .isEqualTo(labelsAndScores[2 * i]);
      assertThat(label.getAsJsonObject().get("score").getAsDouble())
          .isCloseTo((Double) labelsAndScores[2 * i + 1], within(TOLERANCE));
    }
  }

  @Test
  void answersTextsAndPairsInOrderWithTheirOwnOptions() {
    CommandRun run =
        CommandRun.of(
            """
            {"id":"all","text":"The product was bad."}
            {"id":"two","text":"Café 😀 東京 𝒜 was wonderful, not terrible!","options":{"top_k":2}}
            {"id":"pair","text":"I think the product was average and okay.","text_pair":"The product was bad."}
            {"id":"sigmoid","text":"","options":{"function":"sigmoid"}}
            {"id":"none","text":"The product was bad.","options":{"function":"none","top_k":1}}
            """,
            "classify",
            "--model",
            MODEL);
    assertThat(run.messages()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.SUCCESS);
    List<JsonObject> lines = run.lines();
    assertThat(lines)
        .extracting(line -> line.get("id").getAsString())
        .containsExactly("all", "two", "pair", "sigmoid", "none");
    assertLabels(
        lines.get(0),
        "NEGATIVE",
        0.9546918272972107,
        "NEUTRAL",
        0.02520441822707653,
        "POSITIVE",
        0.020103726536035538);
    assertLabels(lines.get(1), "POSITIVE", 0.9389634132385254, "NEGATIVE", 0.040090613067150116);
    assertLabels(
        lines.get(2),
        "NEUTRAL",
        0.9465221166610718,
        "POSITIVE",
        0.027225255966186523,
        "NEGATIVE",
        0.026252655312418938);
    assertLabels(
        lines.get(3),
        "NEGATIVE",
        0.7358716130256653,
        "NEUTRAL",
        0.6198728680610657,
        "POSITIVE",
        0.07389338314533234);
    assertLabels(lines.get(4), "NEGATIVE", 2.4542996883392334);
  }

  @Test
  void optionsOfTheRunHoldForEveryLineWithoutItsOwn() {
    CommandRun run =
        CommandRun.of(
            "{\"text\":\"The product was bad.\"}\n{\"text\":\"\",\"options\":{\"top_k\":2}}",
            "classify",
            "--model",
            MODEL,
            "--top-k",
            "1",
            "--function",
            "softmax");
    assertLabels(run.lines().get(0), "NEGATIVE", 0.9546918272972107);
    assertLabels(run.lines().get(1), "NEGATIVE", 0.6195977926254272, "NEUTRAL", 0.3626575767993927);
  }

  @Test
  void aLineThatFailsKeepsItsPlace() {
    CommandRun run =
        CommandRun.of(
            """
            {"id":1,"text":"The product was bad."}
            {"id":2}
            {"id":3,"text":"The product was bad.","options":{"max_length":2,"truncation":"only_second"}}
            {"id":4,"text":"The product was bad.","options":{"topk":1}}
            {"id":5,"text":"The product was bad."}
            """,
            "classify",
            "--model",
            MODEL);
    assertThat(run.status()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    assertThat(run.lines())
        .extracting(line -> line.has("error"))
        .containsExactly(false, true, true, true, false);
    assertThat(run.lines().get(3).getAsJsonObject("error").get("message").getAsString())
        .startsWith("line 4: unknown option 'topk', did you mean 'top_k'?");
  }

  @Test
  void readsGzipAndWritesAFile() throws IOException {
    Path input = folder.resolve("in.jsonl.gz");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(input))) {
      out.write(
          "{\"id\":1,\"text\":\"The product was bad.\"}\n"
              .repeat(300)
              .getBytes(StandardCharsets.UTF_8));
    }
    Path output = folder.resolve("out.jsonl");
    CommandRun run =
        CommandRun.of(
            "",
            "classify",
            "--model",
            MODEL,
            "--input",
            input.toString(),
            "--output",
            output.toString());
    assertThat(run).isEqualTo(new CommandRun(ExitStatus.SUCCESS, "", ""));
    assertThat(Files.readAllLines(output)).hasSize(300);
  }

  @Test
  void aModelThatCannotBeLoadedEndsTheRunInOneLine() throws IOException {
    CommandRun missing = CommandRun.of("{\"text\":\"a\"}", "classify", "--model", "no/such/model");
    assertThat(missing.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(missing.out()).isEmpty();
    assertThat(missing.messages()).contains("no/such/model").hasLineCount(1);

    Path broken = Files.createDirectory(folder.resolve("broken"));
    for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(Fixtures.textClassifier().resolve(file), broken.resolve(file));
    }
    byte[] graph = Files.readAllBytes(Fixtures.textClassifier().resolve("model.onnx"));
    Files.write(broken.resolve("model.onnx"), Arrays.copyOf(graph, graph.length / 2));
    CommandRun truncated =
        CommandRun.of("{\"text\":\"a\"}", "classify", "--model", broken.toString());
    assertThat(truncated.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(truncated.messages()).contains("model.onnx").hasLineCount(1);

    CommandRun execution = CommandRun.of("", "classify", "--model", MODEL, "--execution", "gpu");
    assertThat(execution.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(execution.messages())
        .isEqualTo("parlance classify: execution 'gpu' is unknown; use cpu, cuda or cuda:N");
  }
}
