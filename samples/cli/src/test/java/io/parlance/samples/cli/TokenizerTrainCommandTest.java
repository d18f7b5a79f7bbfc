package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTrainCommandTest {

  @TempDir private Path folder;

  private CommandRun train(Path... inputs) {
    List<String> arguments =
        new ArrayList<>(
            List.of("tokenizer", "train", "--type", "wordpiece", "--vocab-size", "60", "--output"));
    arguments.add(folder.resolve("tokenizer").toString());
    arguments.add("--input");
    for (Path input : inputs) {
      arguments.add(input.toString());
    }
    return CommandRun.of("", arguments.toArray(String[]::new));
  }

  @Test
  void learnsFromTextsAndJsonLinesTogether() throws IOException {
    Path text = Files.writeString(folder.resolve("a.txt"), "low lower\nlowest low\n".repeat(5));
    Path json =
        Files.writeString(
            folder.resolve("b.jsonl"), "{\"text\":\"new newer\",\"x\":1}\n".repeat(5));
    CommandRun run = train(text, json);
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.messages()).startsWith("wrote a vocabulary of ");
    CommandRun encoded =
        CommandRun.of(
            "{\"text\":\"Lower new\"}",
            "tokenizer",
            "encode",
            "--model",
            folder.resolve("tokenizer").toString());
    assertThat(encoded.lines().get(0).get("tokens"))
        .hasToString("[\"[CLS]\",\"lower\",\"new\",\"[SEP]\"]");
  }

  @Test
  void aBrokenLineIsNamedAndNothingIsWritten() throws IOException {
    Path json = Files.writeString(folder.resolve("b.jsonl"), "{\"text\":\"new\"}\n\n{\"text\":\n");
    CommandRun run = train(json);
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages())
        .isEqualTo(
            "parlance tokenizer train: "
                + json
                + ", line 3: not valid JSON: the line ends in the middle of a value");
    assertThat(folder.resolve("tokenizer")).doesNotExist();
  }

  @Test
  void aMissingFileIsNamed() {
    CommandRun run = train(folder.resolve("missing.txt"));
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).endsWith("missing.txt: no such file or folder");
  }

  @Test
  void everyTypeGivesATokenizerThatGivesTheTextBack() throws IOException {
    Path text = Files.writeString(folder.resolve("a.txt"), "low lower\nlowest low\n".repeat(50));
    for (String type : List.of("bpe", "unigram")) {
      Path output = folder.resolve(type);
      CommandRun run =
          CommandRun.of(
              "",
              "tokenizer",
              "train",
              "--type",
              type,
              "--vocab-size",
              "300",
              "--output",
              output.toString(),
              "--input",
              text.toString());
      assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
      CommandRun encoded =
          CommandRun.of(
              "{\"text\":\"low lowest\"}", "tokenizer", "encode", "--model", output.toString());
      CommandRun decoded =
          CommandRun.of(
              encoded.out(),
              "tokenizer",
              "decode",
              "--skip-special-tokens",
              "true",
              "--model",
              output.toString());
      assertThat(decoded.lines().get(0).get("text").getAsString()).isEqualTo("low lowest");
    }
  }

  @Test
  void aLayoutOfAnotherFamilyIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("a.txt"), "low\n");
    CommandRun run =
        CommandRun.of(
            "",
            "tokenizer",
            "train",
            "--type=unigram",
            "--layout=gpt2",
            "--output=" + folder.resolve("x"),
            "--input=" + text);
    assertThat(run.messages())
        .isEqualTo(
            "parlance tokenizer train: option '--layout' must be one of [t5, xlm_roberta, marian]"
                + " for unigram, found 'gpt2'");
  }
}
