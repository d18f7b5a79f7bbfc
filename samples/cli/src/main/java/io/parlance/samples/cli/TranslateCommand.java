package io.parlance.samples.cli;

import picocli.CommandLine.Command;

/** Translates texts. */
@Command(
    name = "translate",
    description = {
      "Translates texts.",
      "A line in: {\"text\"} or {\"input_ids\"}; a line out: {\"text\", "
          + "\"token_ids\", \"finish_reason\"}, and \"sequences\" where several are asked for."
    })
final class TranslateCommand extends GenerationCommand {
  @Override
  String field() {
    return "text";
  }
}
