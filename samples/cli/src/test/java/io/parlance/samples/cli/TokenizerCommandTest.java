package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenizerCommandTest {

  private static final String MODEL = Fixtures.textClassifier().toString();

  @Test
  void encodeShowsTokensWithOffsetsOfTheOriginalText() {
    CommandRun run =
        CommandRun.of(
            "{\"id\":1,\"text\":\"I was\",\"text_pair\":\"Was\"}",
            "tokenizer",
            "encode",
            "--model",
            MODEL);
    assertThat(run.status()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.out())
        .isEqualTo(
            "{\"id\":1,\"token_ids\":[5,16,180,6,180,6],"
                + "\"tokens\":[\"[CLS]\",\"i\",\"was\",\"[SEP]\",\"was\",\"[SEP]\"],"
                + "\"type_ids\":[0,0,0,0,1,1],"
                + "\"offsets\":[[0,0],[0,1],[2,5],[0,0],[0,3],[0,0]],\"truncated\":false}\n");
  }

  @Test
  void encodeCutsAsAsked() {
    CommandRun run =
        CommandRun.of(
            "{\"text\":\"I was was was\"}\n"
                + "{\"text\":\"I was was was\",\"options\":{\"truncation\":false}}",
            "tokenizer",
            "encode",
            "--model=" + MODEL,
            "--truncation=only_first",
            "--max-length=4");
    assertThat(run.lines().get(0).get("token_ids")).hasToString("[5,16,180,6]");
    assertThat(run.lines().get(0).get("truncated").getAsBoolean()).isTrue();
    assertThat(run.lines().get(1).get("token_ids")).hasToString("[5,16,180,180,180,6]");
  }

  @Test
  void decodeTurnsIdsIntoText() {
    CommandRun run =
        CommandRun.of(
            "{\"token_ids\":[5,16,180,6]}\n{\"token_ids\":[1.5]}\n{\"ids\":[]}",
            "tokenizer",
            "decode",
            "--model",
            MODEL,
            "--skip-special-tokens",
            "true");
    assertThat(run.status()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    assertThat(run.out())
        .isEqualTo(
            "{\"text\":\"i was\"}\n"
                + "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 2: field 'token_ids'"
                + " must hold whole numbers, found 1.5\"}}\n"
                + "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 3: field 'token_ids'"
                + " must be a list of whole numbers; it is missing\"}}\n");
  }

  @Test
  void whatCannotBeDoneAtAllIsRefusedInOneLine() {
    CommandRun missing = CommandRun.of("", "tokenizer", "encode", "--model", "no/such/folder");
    assertThat(missing.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(missing.messages())
        .startsWith("parlance tokenizer encode: no/such/folder does not exist")
        .hasLineCount(1);

    CommandRun option =
        CommandRun.of("", "tokenizer", "encode", "--model", MODEL, "--max-length", "many");
    assertThat(option.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(option.messages())
        .isEqualTo(
            "parlance tokenizer encode: option '--max-length' must be a whole number of at least 1,"
                + " found \"many\"");

    CommandRun unknown =
        CommandRun.of("", "tokenizer", "encode", "--model", MODEL, "--max-lenght", "3");
    assertThat(unknown.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(unknown.messages())
        .contains("Unknown options: '--max-lenght'")
        .contains("did you mean --max-length?");

    CommandRun input =
        CommandRun.of("", "tokenizer", "encode", "--model", MODEL, "--input", "no/such.jsonl");
    assertThat(input.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(input.messages())
        .isEqualTo("parlance tokenizer encode: cannot read no/such.jsonl: no such file or folder");
  }
}
