package io.parlance.samples.cli;

import picocli.CommandLine.Command;

/** Goes on from prompts. */
@Command(
    name = "generate",
    description = {
      "Goes on from prompts.",
      "A line in: {\"prompt\"} or {\"input_ids\"}; a line out: {\"text\", "
          + "\"token_ids\", \"finish_reason\"}, and \"sequences\" where several are asked for."
    })
final class GenerateCommand extends GenerationCommand {
  @Override
  String field() {
    return "prompt";
  }
}
