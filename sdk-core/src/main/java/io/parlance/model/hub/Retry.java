package io.parlance.model.hub;

import io.parlance.CancelledException;
import java.io.IOException;
import java.time.Duration;

/** Tries again, with growing pauses, what fails for a while. */
final class Retry {
  /** How often something is tried without any progress. */
  static final int ATTEMPTS = 5;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);
  private static final Duration LONGEST_ASKED_PAUSE = Duration.ofMinutes(1);

  private final Pause pause;

  Retry(Pause pause) {
    this.pause = pause;
  }

  /** Lets time pass. */
  interface Pause {
    /** The clock of the machine. */
    Pause SLEEP = duration -> Thread.sleep(duration.toMillis());

    void pause(Duration duration) throws InterruptedException;
  }

  /** Something that may fail. */
  interface Attempt<T> {
    T run() throws IOException, InterruptedException;
  }

  /** A failure that may pass by itself. */
  static final class TransientException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient Duration asked;

    /**
     * @param asked how long the server wants us to wait, or zero
     */
    TransientException(String message, Duration asked) {
      super(message);
      this.asked = asked;
    }

    TransientException(String message, Throwable cause) {
      super(message, cause);
      this.asked = Duration.ZERO;
    }
  }

  /**
   * Runs until it succeeds, or has failed so often, or fails for good.
   *
   * @throws TransientException the last failure
   */
  <T> T run(int attempts, Attempt<T> attempt) throws IOException {
    try {
      for (int failures = 1; ; failures++) {
        try {
          return attempt.run();
        } catch (TransientException e) {
          if (failures >= attempts) {
            throw e;
          }
          pauseAfter(failures, e);
        }
      }
    } catch (InterruptedException e) {
      throw cancelled(e);
    }
  }

  /** Waits before the next try. */
  void pauseAfter(int failures, TransientException failure) throws InterruptedException {
    Duration length = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
    length = length.compareTo(LONGEST_PAUSE) < 0 ? length : LONGEST_PAUSE;
    Duration asked = failure.asked;
    if (asked.compareTo(length) > 0) {
      length = asked.compareTo(LONGEST_ASKED_PAUSE) < 0 ? asked : LONGEST_ASKED_PAUSE;
    }
    pause.pause(length);
  }

  /** Waits for something on this machine. */
  void pauseShortly() throws InterruptedException {
    pause.pause(Duration.ofMillis(100));
  }

  /** Keeps the interrupt. */
  static CancelledException cancelled(Exception cause) {
    Thread.currentThread().interrupt();
    return new CancelledException("the download was interrupted; what has arrived is kept", cause);
  }
}
