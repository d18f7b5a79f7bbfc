package io.parlance.samples.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What every subcommand shares: it returns an {@link ExitStatus} and knows the streams of the run.
 */
@Command
abstract class Subcommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  final CommandSpec spec() {
    return spec;
  }

  final Streams streams() {
    return ((ParlanceCommand) spec.root().userObject()).streams();
  }
}
