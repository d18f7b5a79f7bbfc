package io.parlance.samples.cli;

import io.parlance.Execution;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model a command uses and where it runs. */
final class ModelOptions {

  @Option(
      names = "--model",
      paramLabel = "SOURCE",
      description = "A model folder or classpath:NAME; the starter model if not given.")
  private @Nullable String model;

  @Option(
      names = "--execution",
      paramLabel = "WHERE",
      defaultValue = "cpu",
      description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String execution = "cpu";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads within one operator; as many as physical cores if not given.")
  private @Nullable Integer threads;

  /** Null stands for the starter model. */
  @Nullable String model() {
    return model;
  }

  /** The model of a command that has no starter model. */
  String requiredModel() {
    if (model == null) {
      throw new RefusedException("--model is missing; name a model folder");
    }
    return model;
  }

  Execution execution() {
    Execution where = Execution.parse(execution);
    return threads == null ? where : where.threads(threads);
  }
}
