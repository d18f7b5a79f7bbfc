package io.parlance.samples.batch;

/** Starts the job from the command line. */
public final class Main {
  private Main() {}

  /** Runs the job and ends the process with the exit status of {@link JobOutcome}. */
  public static void main(String[] arguments) {
    Console console = new Console(System.out, System.err, Boolean.getBoolean("parlance.terminal"));
    System.exit(JobCommand.run(console, arguments));
  }
}
