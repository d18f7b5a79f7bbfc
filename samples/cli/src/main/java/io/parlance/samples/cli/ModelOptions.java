package io.parlance.samples.cli;

import io.parlance.Execution;
import io.parlance.Nlp;
import io.parlance.model.hub.HubOptions;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model a command uses and where it runs. */
final class ModelOptions {

  @Option(
      names = "--model",
      paramLabel = "SOURCE",
      description =
          "A model folder, hf:ORGANISATION/NAME[@REVISION] or classpath:NAME; the starter "
              + "model if not given.")
  private @Nullable String model;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private ExecutionOptions execution;

  /** Null stands for the starter model. */
  @Nullable String model() {
    return model;
  }

  Execution execution() {
    return execution.execution();
  }

  /** The SDK with this model, which is not loaded yet; the caller closes it. */
  Nlp open(BiConsumer<Nlp.Builder, String> use) {
    Nlp.Builder builder = Nlp.builder().execution(execution());
    Streams streams = ((ParlanceCommand) spec.root().userObject()).streams();
    builder.hub(HubOptions.fromEnvironment().listener(new DownloadDisplay(streams)));
    if (model != null) {
      use.accept(builder, model);
    }
    return builder.build();
  }
}
