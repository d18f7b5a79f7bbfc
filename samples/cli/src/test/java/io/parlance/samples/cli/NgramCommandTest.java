package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code train --task ngram} and {@code evaluate}. */
class NgramCommandTest {

  @TempDir private Path folder;

  @BeforeEach
  void writeTexts() throws IOException {
    Files.writeString(folder.resolve("train.txt"), "a b a\n\na b\n");
    Files.writeString(
        folder.resolve("dev.jsonl"), "{\"text\":\"a b\\nb\"}\n{\"text\":\"a c\",\"id\":7}\n");
  }

  private CommandRun train(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--task",
                "ngram",
                "--train",
                folder.resolve("train.txt").toString(),
                "--output",
                folder.resolve("model").toString()));
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of("", arguments.toArray(String[]::new));
  }

  private CommandRun evaluate(String model) {
    return CommandRun.of(
        "",
        "evaluate",
        "--model",
        folder.resolve(model).toString(),
        "--data",
        folder.resolve("dev.jsonl").toString());
  }

  @Test
  void perplexityFollowsFromTheCounts() {
    CommandRun run = train("--order", "1", "--smoothing", "laplace");
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.lines().get(0).toString()).contains("\"texts\":2,\"ngrams\":[5]");
    JsonObject metrics = evaluate("model").lines().get(0);
    // a 3, b 2, </s> 2 of 7 tokens; 4 outcomes with <unk>; dev is a b </s> b </s> a <unk> </s>
    double log =
        2 * Math.log(4 / 11.) + 2 * Math.log(3 / 11.) + 3 * Math.log(3 / 11.) + Math.log(1 / 11.);
    assertThat(metrics.get("sentences").getAsLong()).isEqualTo(3);
    assertThat(metrics.get("tokens").getAsLong()).isEqualTo(8);
    assertThat(metrics.get("unknown_tokens").getAsLong()).isEqualTo(1);
    assertThat(metrics.get("log_probability").getAsDouble()).isCloseTo(log, within(1e-12));
    assertThat(metrics.get("perplexity").getAsDouble())
        .isCloseTo(Math.exp(-log / 8), within(1e-12));
    // five words, eight characters with blanks, without the ends
    double words = log - 3 * Math.log(3 / 11.);
    assertThat(metrics.get("word_perplexity").getAsDouble())
        .isCloseTo(Math.exp(-words / 5), within(1e-12));
    assertThat(metrics.get("bits_per_character").getAsDouble())
        .isCloseTo(-words / Math.log(2) / 8, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kneser-ney",
        "modified-kneser-ney",
        "lidstone --pseudo-count 0.5",
        "jelinek-mercer --weights 0.1,0.2,0.3,0.4"
      })
  void whatTrainingMeasuresIsWhatEvaluateMeasures(String smoothing) {
    List<String> more = new ArrayList<>(List.of("--smoothing"));
    more.addAll(List.of(smoothing.split(" ")));
    more.addAll(List.of("--dev", folder.resolve("dev.jsonl").toString()));
    CommandRun run = train(more.toArray(String[]::new));
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    CommandRun measured = evaluate("model");
    assertThat(measured.status()).as(measured.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(measured.lines().get(0).get("perplexity"))
        .isEqualTo(run.lines().get(0).get("perplexity"));
    if (smoothing.endsWith("ney")) {
      assertThat(evaluate("model/model.arpa").lines()).isEqualTo(measured.lines());
    }
    // again, over the model that is there
    assertThat(train(more.toArray(String[]::new)).status()).isEqualTo(ExitStatus.SUCCESS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--layers 3 | --layers has no meaning for --task ngram",
        "--order 0 | order 0 must be between 1 and 20",
        "--smoothing lidstone | --pseudo-count goes with --smoothing lidstone, and it needs one",
        "--weights 0.5,0.5 | --weights go with --smoothing jelinek-mercer",
        "--smoothing jelinek-mercer --weights 0.5,0.5 | order 3 takes 4 weights",
        "--smoothing katz | expected one of",
      })
  void refusesWhatMakesNoSense(String more, String message) {
    CommandRun run = train(more.split(" "));
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains(message);
    assertThat(folder.resolve("model")).doesNotExist();
  }

  @Test
  void doesNotWriteIntoAnotherFolder() throws IOException {
    Files.createDirectory(folder.resolve("model"));
    Files.writeString(folder.resolve("model/thesis.txt"), "mine");
    CommandRun run = train();
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains("is there and no n-gram model; name a new folder");
  }
}
