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

/** Trains a translator of a few words of two languages, and translates with what comes out. */
class TranslationTrainingTest {

  private static final List<String> ENGLISH = List.of("cat", "dog", "horse", "cow", "bird");
  private static final List<String> FRENCH = List.of("chat", "chien", "cheval", "vache", "oiseau");
  private static final List<String> GERMAN = List.of("Katze", "Hund", "Pferd", "Kuh", "Vogel");

  @TempDir private Path folder;

  @BeforeEach
  void writeData() throws IOException {
    List<String> both = new ArrayList<>();
    List<String> french = new ArrayList<>();
    for (int i = 0; i < 125; i++) {
      String source = phrase(ENGLISH, i);
      both.add(line(source, phrase(FRENCH, i), "fr"));
      both.add(line(source, phrase(GERMAN, i), "de"));
      french.add("{\"source\":\"%s\",\"target\":\"%s\"}".formatted(source, phrase(FRENCH, i)));
    }
    Files.write(folder.resolve("both.jsonl"), both);
    Files.write(folder.resolve("french.jsonl"), french);
    Files.writeString(
        folder.resolve("recipe.json"),
        """
        {"layers": 1, "decoder_layers": 1, "hidden": 32, "heads": 2, "max_length": 16,
         "vocab_size": 110, "max_steps": 250, "batch_size": 64, "max_batch_tokens": 600,
         "learning_rate": 0.01, "dropout": 0, "weight_decay": 0, "evaluate_every": 125,
         "dev_sentences": 50, "threads": 1}
        """);
  }

  private static String phrase(List<String> words, int i) {
    return words.get(i % 5) + " " + words.get(i / 5 % 5) + " " + words.get(i / 25);
  }

  private static String line(String source, String target, String language) {
    return "{\"source\":\"%s\",\"target\":\"%s\",\"target_lang\":\"%s\"}"
        .formatted(source, target, language);
  }

  private CommandRun train(String data, String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--task",
                "translate",
                "--train",
                folder.resolve(data).toString(),
                "--recipe",
                folder.resolve("recipe.json").toString(),
                "--output",
                folder.resolve(output).toString()));
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of("", arguments.toArray(String[]::new));
  }

  @Test
  void severalLanguagesAreLearntMeasuredAndTranslated() throws IOException {
    String data = folder.resolve("both.jsonl").toString();
    CommandRun run = train("both.jsonl", "model", "--dev", data, "--source-lang", "en", "--int8");
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    JsonObject result = run.lines().get(0);
    assertThat(result.get("chrf").getAsDouble()).isGreaterThan(99);
    assertThat(run.messages()).containsPattern("step 125, dev loss .*, bleu .*, chrf ");

    Path model = folder.resolve("model");
    assertThat(Files.readString(model.resolve("config.json"))).contains("\"MarianMTModel\"");
    assertThat(Files.readString(model.resolve("generation_config.json")))
        .contains("\"max_length\": 16")
        .contains("\"bad_words_ids\"");
    assertThat(Files.readString(model.resolve("tokenizer_config.json"))).contains("\"en\"");
    assertThat(model.resolve("encoder_model_int8.onnx")).exists();
    assertThat(model.resolve("decoder_with_past_model.onnx")).exists();

    CommandRun translated =
        CommandRun.of(
            "{\"text\":\"cow bird dog\"}\n{\"text\":\">>de<< cow bird dog\"}",
            "translate",
            "--model",
            model.toString(),
            "--to",
            "fr");
    assertThat(translated.lines())
        .extracting(line -> line.get("text").getAsString())
        .containsExactly("vache oiseau chien", "Kuh Vogel Hund");

    CommandRun evaluated =
        CommandRun.of("", "evaluate", "--model", model.toString(), "--data", data, "--beams", "1");
    assertThat(evaluated.status()).as(evaluated.messages()).isEqualTo(ExitStatus.SUCCESS);
    JsonObject metrics = evaluated.lines().get(0);
    assertThat(metrics.keySet()).containsExactly("examples", "bleu", "chrf", "de", "fr");
    assertThat(metrics.get("chrf").getAsDouble()).isGreaterThan(99);
    assertThat(metrics.getAsJsonObject("de").get("examples").getAsInt()).isEqualTo(125);
  }

  @Test
  void whatWasTrainedIsTrainedFurther() throws IOException {
    String data = folder.resolve("french.jsonl").toString();
    CommandRun first = train("french.jsonl", "model", "--target-lang", "fr", "--max-steps", "60");
    assertThat(first.status()).as(first.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(Files.readString(folder.resolve("model/tokenizer_config.json"))).contains("\"fr\"");
    String rest =
        """
        {"max_length": 16, "batch_size": 64, "learning_rate": 0.003, "weight_decay": 0,
         "max_steps": 150, "threads": 1}
        """;
    Files.writeString(folder.resolve("recipe.json"), rest);
    CommandRun further =
        train(
            "french.jsonl",
            "further",
            "--init",
            folder.resolve("model").toString(),
            "--dev",
            data,
            "--dev-sentences",
            "0");
    assertThat(further.status()).as(further.messages()).isEqualTo(ExitStatus.SUCCESS);
    JsonObject result = further.lines().get(0);
    assertThat(result.has("bleu")).isFalse();
    CommandRun evaluated =
        CommandRun.of(
            "", "evaluate", "--model", folder.resolve("further").toString(), "--data", data);
    assertThat(evaluated.lines().get(0).get("chrf").getAsDouble()).isCloseTo(100, within(2.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --architecture bert | --architecture is 'bert'; new models for translate are 'marian'
          --problem regression | --problem has no meaning for --task translate
          --target-lang fr | name their target languages [de, fr]; leave --target-lang out
          --label-smoothing 1 | label smoothing 1.0 must be at least 0 and below 1
          --heads 3 | d_model
          """)
  void whatDoesNotFitIsRefused(String options, String message) {
    CommandRun run = train("both.jsonl", "model", options.split(" "));
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains(message);
    assertThat(folder.resolve("model")).doesNotExist();
  }

  @Test
  void optionsOfTranslationAreNotForClassifiers() {
    CommandRun run =
        CommandRun.of(
            "",
            "train",
            "--train",
            folder.resolve("both.jsonl").toString(),
            "--output",
            folder.resolve("model").toString(),
            "--label-smoothing",
            "0.1");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages())
        .contains("--label-smoothing has no meaning for --task classify; leave it out");
  }
}
