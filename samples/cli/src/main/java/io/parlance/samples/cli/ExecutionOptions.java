package io.parlance.samples.cli;

import io.parlance.Execution;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command computes. */
final class ExecutionOptions {

  @Option(
      names = "--execution",
      paramLabel = "WHERE",
      defaultValue = "cpu",
      description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String execution;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads within one operator; as many as physical cores if not given.")
  private @Nullable Integer threads;

  Execution execution() {
    Execution where = Execution.parse(execution);
    return threads == null ? where : where.threads(threads);
  }
}
