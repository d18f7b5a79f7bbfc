package io.parlance.samples.cli;

/** What the process tells its caller when it ends. */
final class ExitStatus {

  /** Everything asked for was done. */
  static final int SUCCESS = 0;

  /** Nothing useful was done: wrong usage, an unreadable file, a model that cannot be loaded. */
  static final int REFUSED = 2;

  /** The run went through, but some lines of the input have an error as their answer. */
  static final int SOME_LINES_FAILED = 3;

  /** The reader of standard output went away; 128 + SIGPIPE, as for any Unix filter. */
  static final int OUTPUT_CLOSED = 141;

  private ExitStatus() {}
}
