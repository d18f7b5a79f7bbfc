package io.parlance.samples.cli;

import io.parlance.ModelNotFoundException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * {@code parlance}: names the subcommands and maps what they throw to one line and an exit status.
 */
@Command(
    name = "parlance",
    description = "Runs, trains and exports language models.%n",
    subcommands = {
      AnswerCommand.class,
      ClassifyCommand.class,
      DownloadCommand.class,
      EmbedCommand.class,
      EntitiesCommand.class,
      EvaluateCommand.class,
      ExportCommand.class,
      QuantizeCommand.class,
      FillMaskCommand.class,
      ForwardCommand.class,
      GenerateCommand.class,
      InspectCommand.class,
      PretrainCommand.class,
      RankCommand.class,
      SummarizeCommand.class,
      TokenizerCommand.class,
      TrainCommand.class,
      TranslateCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = ParlanceCommand.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    footer = {
      "",
      "Lines in and out are JSON objects; messages go to standard error.",
      "Exit status: 0 every line succeeded, 3 some failed, 2 wrong usage or nothing could be done."
    })
final class ParlanceCommand implements Runnable {

  private final Streams streams;

  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean verbose;

  private ParlanceCommand(Streams streams) {
    this.streams = streams;
  }

  /** Runs one command to its end and returns its {@link ExitStatus}. */
  static int run(Streams streams, String... arguments) {
    ParlanceCommand parlance = new ParlanceCommand(streams);
    CommandLine commandLine = new CommandLine(parlance);
    addTaskOptions(commandLine);
    commandLine
        .setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(streams.messages(), true))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, args) -> parlance.wrongUsage(e))
        .setExecutionExceptionHandler((e, command, parsed) -> parlance.failed(e, command));
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      parlance.report(
          "parlance: "
              + Failure.message(e)
              + "; give the JVM more memory, for example PARLANCE_JAVA_OPTIONS=-Xmx8g",
          e);
      return ExitStatus.REFUSED;
    } catch (LinkageError e) {
      // a native library that is missing is the user's to mend
      parlance.report("parlance: " + Failure.message(e), e);
      return ExitStatus.REFUSED;
    }
  }

  Streams streams() {
    return streams;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  private static void addTaskOptions(CommandLine commandLine) {
    for (CommandLine subcommand : commandLine.getSubcommands().values()) {
      if (subcommand.getCommand() instanceof LineCommand command) {
        command.taskOptions().addTo(subcommand.getCommandSpec());
      }
      addTaskOptions(subcommand);
    }
  }

  private int wrongUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    StringBuilder message = new StringBuilder(name).append(": ").append(Failure.message(e));
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message.append(" (did you mean ").append(unmatched.getSuggestions().get(0)).append("?)");
    }
    message.append(". See '").append(name).append(" --help'.");
    report(message.toString(), e);
    return ExitStatus.REFUSED;
  }

  private int failed(Exception e, CommandLine command) {
    if (Failure.isClosedPipe(e)) {
      return ExitStatus.OUTPUT_CLOSED;
    }
    OptionSpec model = command.getCommandSpec().findOption("--model");
    boolean unnamed =
        e instanceof ModelNotFoundException && model != null && model.getValue() == null;
    report(
        command.getCommandSpec().qualifiedName()
            + ": "
            + Failure.message(e)
            + (unnamed ? ", here with --model SOURCE" : ""),
        e);
    return ExitStatus.REFUSED;
  }

  private void report(String message, Throwable cause) {
    streams.messages().println(message);
    if (verbose) {
      cause.printStackTrace(streams.messages());
    }
  }

  /** Says what {@code --version} prints. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = ParlanceCommand.class.getPackage().getImplementationVersion();
      return new String[] {"parlance " + (version == null ? "(not packaged)" : version)};
    }
  }
}
