package io.parlance.samples.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Starts the command line. */
public final class Main {

  private Main() {}

  /** Runs one command and ends the process with its exit status, see {@link ExitStatus}. */
  public static void main(String[] arguments) {
    // System.out is a PrintStream, which swallows write errors; a full disk or a closed pipe must
    // be seen.
    Streams streams =
        new Streams(
            new FileInputStream(FileDescriptor.in),
            new FileOutputStream(FileDescriptor.out),
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
            Integer.getInteger("parlance.terminal", 0),
            Boolean.getBoolean("parlance.terminal.out"));
    System.exit(ParlanceCommand.run(streams, arguments));
  }
}
