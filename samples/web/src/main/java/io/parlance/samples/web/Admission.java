package io.parlance.samples.web;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets so many calls go on at a time, a bounded number wait, in their order, and refuses others.
 */
final class Admission {
  private final Semaphore places;
  private final Semaphore turns;
  private final Duration patience;

  Admission(int calls, int waiting, Duration patience) {
    this.places = new Semaphore(Math.addExact(calls, waiting));
    this.turns = new Semaphore(calls, true);
    this.patience = patience;
  }

  /**
   * Makes a call when it is its turn.
   *
   * @throws BusyException if too many wait already, or this one waited too long
   */
  <R> R call(Supplier<R> action) {
    if (!places.tryAcquire()) {
      throw busy("too many requests are waiting");
    }
    try {
      awaitTurn();
      try {
        return action.get();
      } finally {
        turns.release();
      }
    } finally {
      places.release();
    }
  }

  private void awaitTurn() {
    try {
      if (!turns.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw busy("the request waited " + patience.toMillis() + " ms for its turn");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy("the service is stopping");
    }
  }

  /** By then everybody who waits now was served or refused. */
  private BusyException busy(String why) {
    return new BusyException(why + "; try again later", Math.max(1, patience.toSeconds()));
  }

  /** More is asked for than can be done. */
  static final class BusyException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long retryAfterSeconds;

    BusyException(String message, long retryAfterSeconds) {
      super(message, null, false, false);
      this.retryAfterSeconds = retryAfterSeconds;
    }

    long retryAfterSeconds() {
      return retryAfterSeconds;
    }
  }
}
