package io.parlance;

/**
 * How far a job over documents is.
 *
 * @param documents documents that are done, failed ones included
 * @param failed those of them that could not be processed
 * @param elapsedNanos time since the job began
 */
public record DocumentProgress(long documents, long failed, long elapsedNanos) {
  /** Documents a second since the job began. */
  public double documentsPerSecond() {
    return elapsedNanos == 0 ? 0 : documents * 1e9 / elapsedNanos;
  }
}
