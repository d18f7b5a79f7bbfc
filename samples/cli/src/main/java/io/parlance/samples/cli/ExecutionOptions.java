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

  @Option(
      names = "--cpu-fallback",
      description =
          "Run on the CPU where the GPU cannot be used, without a word; inspect --system says "
              + "what is missing.")
  private boolean cpuFallback;

  Execution execution() {
    Execution given = Execution.parse(execution);
    Execution where = cpuFallback ? given.orCpu() : given;
    return threads == null ? where : where.threads(threads);
  }
}
