package io.parlance.samples.cli;

import io.parlance.Execution;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model a command uses and where it runs. */
final class ModelOptions {

  @Option(
      names = "--model",
      paramLabel = "SOURCE",
      description = "A model folder or classpath:NAME; the starter model if not given.")
  private @Nullable String model;

  @Mixin private ExecutionOptions execution;

  /** Null stands for the starter model. */
  @Nullable String model() {
    return model;
  }

  Execution execution() {
    return execution.execution();
  }
}
