package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.provider.ValueSource;

/** Trains a model of a few thousand parameters on a task that takes it a second. */
class TrainCommandTest {

  private static final List<String> ANIMALS = List.of("cat", "dog", "horse", "cow", "bird");
  private static final List<String> FRUITS = List.of("apple", "pear", "plum", "grape", "lemon");

  @TempDir private Path folder;

  @BeforeEach
  void writeData() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      boolean animal = i % 2 == 0;
      List<String> words = animal ? ANIMALS : FRUITS;
      lines.add(
          "{\"text\":\"the %s and the %s\",\"label\":\"%s\"}"
              .formatted(words.get(i % 5), words.get(i / 5 % 5), animal ? "animal" : "fruit"));
    }
    Files.write(folder.resolve("train.jsonl"), lines.subList(0, 160));
    Files.write(folder.resolve("dev.jsonl"), lines.subList(160, 200));
    Files.writeString(
        folder.resolve("recipe.json"),
        """
        {"layers": 1, "hidden": 16, "heads": 2, "max_length": 12, "vocab_size": 120,
         "epochs": 4, "batch_size": 16, "learning_rate": 0.01, "dropout": 0.1}
        """);
  }

  private CommandRun train(String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--task",
                "classify",
                "--train",
                folder.resolve("train.jsonl").toString(),
                "--dev",
                folder.resolve("dev.jsonl").toString(),
                "--recipe",
                folder.resolve("recipe.json").toString(),
                "--output",
                folder.resolve(output).toString()));
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of("", arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"roberta", "distilbert", "albert", "electra", "deberta-v2", "modernbert"})
  void otherFamiliesAreTrainedAlike(String type) throws IOException {
    CommandRun run = train("model", "--architecture", type, "--pretrain-epochs", "1");
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.lines().get(0).get("accuracy").getAsDouble()).isEqualTo(1.0);
    String config = Files.readString(folder.resolve("model/config.json"));
    assertThat(config).contains("\"model_type\": \"" + type + "\"");
    CommandRun classified =
        CommandRun.of(
            "{\"text\":\"the plum and the pear\"}",
            "classify",
            "--model",
            folder.resolve("model").toString());
    assertThat(classified.status()).as(classified.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(classified.lines().get(0).toString()).contains("[{\"label\":\"fruit\"");
    CommandRun further = train("further", "--init", folder.resolve("model").toString());
    assertThat(further.status()).as(further.messages()).isEqualTo(ExitStatus.SUCCESS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama", "xlnet", "bart"})
  void familiesThatReadFromLeftToRightOrWriteClassifyToo(String type) {
    CommandRun run =
        train("model", "--architecture", type, "--dropout", "0", "--vocab-size", "300");
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.lines().get(0).get("accuracy").getAsDouble()).isGreaterThan(0.9);
    CommandRun measured =
        CommandRun.of(
            "",
            "evaluate",
            "--model",
            folder.resolve("model").toString(),
            "--data",
            folder.resolve("dev.jsonl").toString());
    assertThat(measured.status()).as(measured.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(measured.lines().get(0).get("accuracy"))
        .isEqualTo(run.lines().get(0).get("accuracy"));
    CommandRun further = train("further", "--init", folder.resolve("model").toString());
    assertThat(further.status()).as(further.messages()).isEqualTo(ExitStatus.SUCCESS);
  }

  @Test
  void aFamilyThatIsNotTrainedIsToldWithThoseThatAre() {
    CommandRun run = train("model", "--architecture", "elmo");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages())
        .contains(
            "--architecture is 'elmo', expected one of [albert, bart, bert, bloom, camembert,");
  }

  @Test
  void whatIsTrainedIsMeasuredExportedAndClassifies() throws IOException {
    CommandRun run = train("model", "--int8");
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    JsonObject result = run.lines().get(0);
    assertThat(result.get("ending").getAsString()).isEqualTo("finished");
    assertThat(result.get("steps").getAsInt()).isEqualTo(40);
    assertThat(result.get("accuracy").getAsDouble()).isEqualTo(1.0);
    assertThat(run.messages())
        .containsPattern("train 1/40: loss \\d\\.\\d+, lr .* ex/s, .* tok/s")
        .contains("step 40, dev loss ");

    String model = folder.resolve("model").toString();
    CommandRun classified =
        CommandRun.of(
            "{\"text\":\"the horse and the dog\"}\n{\"text\":\"the plum and the pear\"}",
            "classify",
            "--model",
            model,
            "--top-k",
            "1");
    assertThat(classified.lines())
        .extracting(line -> label(line))
        .containsExactly("animal", "fruit");

    CommandRun evaluated =
        CommandRun.of(
            "", "evaluate", "--model", model, "--data", folder.resolve("dev.jsonl").toString());
    JsonObject metrics = evaluated.lines().get(0);
    assertThat(metrics.keySet()).containsExactly("examples", "accuracy", "macro_f1", "matthews");
    assertThat(metrics.get("examples").getAsInt()).isEqualTo(40);
    assertThat(metrics.get("accuracy").getAsDouble()).isEqualTo(1.0);

    CommandRun exported =
        CommandRun.of(
            "", "export", "--model", model, "--output", folder.resolve("again").toString());
    assertThat(exported.status()).as(exported.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(folder.resolve("again/model.onnx")).exists();
    assertThat(folder.resolve("model/model_int8.onnx")).exists();
  }

  private static String label(JsonObject line) {
    return line.getAsJsonArray("labels").get(0).getAsJsonObject().get("label").getAsString();
  }

  @Test
  void aRunGoesOnFromItsCheckpointOnlyWhenAskedTo() throws IOException {
    assertThat(train("model").status()).isEqualTo(ExitStatus.SUCCESS);
    byte[] weights = Files.readAllBytes(folder.resolve("model/model.safetensors"));

    CommandRun again = train("model");
    assertThat(again.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(again.messages()).contains("model-checkpoints").contains("resume").hasLineCount(1);

    CommandRun other = train("model", "--resume", "--seed", "7");
    assertThat(other.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(other.messages()).contains("another run");

    CommandRun resumed = train("model", "--resume");
    assertThat(resumed.status()).as(resumed.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(Files.readAllBytes(folder.resolve("model/model.safetensors"))).isEqualTo(weights);
  }

  @Test
  void pretrainingGivesAStartForTraining() {
    CommandRun pretrained =
        CommandRun.of(
            "",
            "pretrain",
            "--train",
            folder.resolve("train.jsonl").toString(),
            "--dev",
            folder.resolve("dev.jsonl").toString(),
            "--recipe",
            folder.resolve("recipe.json").toString(),
            "--output",
            folder.resolve("encoder").toString());
    assertThat(pretrained.status()).as(pretrained.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(pretrained.lines().get(0).get("loss").getAsDouble()).isBetween(0.0, 5.0);

    CommandRun tuned = train("model", "--init", folder.resolve("encoder").toString());
    assertThat(tuned.status()).as(tuned.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(tuned.lines().get(0).get("accuracy").getAsDouble()).isEqualTo(1.0);
  }

  @Test
  void readingTheTextsFirstIsPartOfTheRun() throws IOException {
    CommandRun whole = train("model", "--pretrain-epochs", "2", "--average-decay", "0.5");
    assertThat(whole.status()).as(whole.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(whole.lines().get(0).get("accuracy").getAsDouble()).isEqualTo(1.0);
    byte[] weights = Files.readAllBytes(folder.resolve("model/model.safetensors"));
    CommandRun resumed =
        train("model", "--pretrain-epochs", "2", "--average-decay", "0.5", "--resume");
    assertThat(resumed.status()).as(resumed.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(Files.readAllBytes(folder.resolve("model/model.safetensors"))).isEqualTo(weights);

    CommandRun without = train("other");
    assertThat(without.status()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(Files.readAllBytes(folder.resolve("other/model.safetensors"))).isNotEqualTo(weights);
  }

  @Test
  void brokenDataIsNamedAndNothingIsWritten() throws IOException {
    Path train = folder.resolve("train.jsonl");
    Files.writeString(train, "{\"text\":\"a\",\"label\":\"b\"}\n{\"text\":\"a\"}\n");
    CommandRun run = train("model");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains(train.toString()).contains("line 2").hasLineCount(1);
    assertThat(folder.resolve("model")).doesNotExist();
    assertThat(folder.resolve("model-checkpoints")).doesNotExist();
  }

  @Test
  void aTargetThatCannotBeWrittenIsRefusedBeforeTraining() throws IOException {
    Files.createDirectory(folder.resolve("mine"));
    Files.writeString(folder.resolve("mine/precious.txt"), "x");
    CommandRun run = train("mine");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains("precious.txt").hasLineCount(1);
    assertThat(folder.resolve("mine-checkpoints")).doesNotExist();
  }

  @Test
  void aPlaceThatCannotBeMadeIsRefused() {
    CommandRun run = train("train.jsonl/model");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains("train.jsonl is not a folder").hasLineCount(1);
  }
}
