package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * A command that answers JSON Lines: it opens files and the model and leaves the work to {@link
 * LineLoop}.
 */
abstract class LineCommand extends Subcommand {

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description = "JSON Lines to answer, plain or gzip; standard input if not given.")
  private @Nullable Path input;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where the answers go; standard output if not given.")
  private @Nullable Path output;

  /** The options of this task. */
  abstract TaskOptions taskOptions();

  /** Whether answers are shown as they are written, without JSON; the task is streamed then. */
  boolean streamsAnswers() {
    return false;
  }

  /** Whether answers go to a file. */
  final boolean hasOutputFile() {
    return output != null;
  }

  /** Loads what the task needs. */
  abstract LineTask open();

  @Override
  public final Integer call() throws IOException {
    JsonObject ofRun = taskOptions().ofRun(spec());
    LineLoop loop = new LineLoop(taskOptions(), ofRun);
    try (LineReader in = reader()) {
      Output.write(
          output,
          streams().out(),
          out -> {
            try (LineTask task = open()) {
              if (streamsAnswers() && task instanceof StreamedTask streamed) {
                loop.stream(streamed, in, out, streams().messages());
              } else {
                loop.run(task, in, out);
              }
            }
          });
    }
    return loop.failed() == 0 ? ExitStatus.SUCCESS : ExitStatus.SOME_LINES_FAILED;
  }

  private LineReader reader() {
    if (input == null) {
      return LineReader.of(streams().in());
    }
    try {
      return LineReader.open(input);
    } catch (IOException e) {
      throw new RefusedException("cannot read " + input + ": " + Failure.reason(e), e);
    }
  }
}
