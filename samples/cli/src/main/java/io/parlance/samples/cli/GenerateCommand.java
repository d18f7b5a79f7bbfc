package io.parlance.samples.cli;

import picocli.CommandLine.Command;

/** Goes on from prompts. */
@Command(
    name = "generate",
    description = {
      "Goes on from prompts.",
      "A line in: {\"prompt\"}, {\"messages\"} or {\"input_ids\"}; a line out: {\"text\", "
          + "\"token_ids\", \"finish_reason\"}, \"truncated\" where the prompt was cut, and "
          + "\"sequences\" where several are asked for."
    })
final class GenerateCommand extends GenerationCommand {
  @Override
  String field() {
    return "prompt";
  }
}
