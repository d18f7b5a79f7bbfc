package io.parlance.samples.batch;

/** How the process ends. */
enum JobOutcome {
  /** The run is complete, and no document of its input was ever skipped. */
  DONE(0),
  /** The job failed or was stopped; the same command goes on. */
  UNFINISHED(1),
  /** Wrong options, or models that cannot be loaded. */
  REFUSED(2),
  /** The run is complete, and documents of its input have no results. */
  SKIPPED(3);

  private final int exitStatus;

  JobOutcome(int exitStatus) {
    this.exitStatus = exitStatus;
  }

  int exitStatus() {
    return exitStatus;
  }
}
