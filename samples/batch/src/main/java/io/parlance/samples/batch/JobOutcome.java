package io.parlance.samples.batch;

/** How the process ends. */
enum JobOutcome {
  /** Every document of the run has results. */
  DONE(0),
  /** The job failed or was stopped; the same command goes on. */
  UNFINISHED(1),
  /** Wrong options, or models that cannot be loaded. */
  REFUSED(2),
  /** Every document of the run was processed, and some were skipped. */
  SKIPPED(3);

  private final int exitStatus;

  JobOutcome(int exitStatus) {
    this.exitStatus = exitStatus;
  }

  int exitStatus() {
    return exitStatus;
  }
}
