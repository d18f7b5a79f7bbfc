package io.parlance.samples.cli;

import picocli.CommandLine.Command;

/** Summarizes texts. */
@Command(
    name = "summarize",
    description = {
      "Summarizes texts.",
      "A line in: {\"text\"} or {\"input_ids\"}; a line out: {\"text\", "
          + "\"token_ids\", \"finish_reason\"}, and \"sequences\" where several are asked for."
    })
final class SummarizeCommand extends GenerationCommand {
  @Override
  String field() {
    return "text";
  }
}
