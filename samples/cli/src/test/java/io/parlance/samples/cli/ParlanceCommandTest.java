package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ParlanceCommandTest {

  @Test
  void helpNamesEveryCommandOnStandardOutput() {
    CommandRun run = CommandRun.of("", "--help");
    assertThat(run.status()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.messages()).isEmpty();
    assertThat(run.out()).startsWith("Usage: parlance").contains("tokenizer");
  }

  @Test
  void wrongUsageIsOneLineThatNamesWhatWasWrong() {
    assertThat(CommandRun.of("", "tokeniser"))
        .isEqualTo(
            new CommandRun(
                ExitStatus.REFUSED,
                "",
                "parlance: Unmatched argument at index 0: 'tokeniser' (did you mean tokenizer?)."
                    + " See 'parlance --help'."));
    assertThat(CommandRun.of(""))
        .isEqualTo(
            new CommandRun(
                ExitStatus.REFUSED, "", "parlance: Missing command. See 'parlance --help'."));
  }

  @Test
  void aStackTraceIsShownOnlyWhenAskedFor() {
    assertThat(CommandRun.of("", "tokenizer").messages()).hasLineCount(1);
    assertThat(CommandRun.of("", "--verbose", "tokenizer").messages())
        .contains("\tat io.parlance.samples.cli.");
  }

  @Test
  void withoutAModelTheOptionIsNamed() {
    CommandRun run = CommandRun.of("{}", "summarize");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages())
        .startsWith("parlance summarize: no model was given for the summarizer")
        .endsWith(", here with --model SOURCE");
    assertThat(CommandRun.of("{}", "summarize", "--model", "no/such/folder").messages())
        .startsWith("parlance summarize: there is no model folder ")
        .endsWith("folder");
  }
}
