package io.parlance.runtime;

import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.InvalidInputException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stops runs from outside: by {@link #cancel()} from any thread, or when the time is over. One
 * control may span several runs, one after another or at once. A run that is stopped throws {@link
 * CancelledException} or {@link DeadlineExceededException}; a run that had just finished gives its
 * result.
 */
public final class RunControl {
  private final @Nullable Duration timeout;
  private final long startNanos = System.nanoTime();
  private final Set<ActiveRun> runs = new HashSet<>(); // guarded by this
  private boolean cancelled; // guarded by this

  private RunControl(@Nullable Duration timeout) {
    this.timeout = timeout;
  }

  /** Without a time limit. */
  public static RunControl create() {
    return new RunControl(null);
  }

  /**
   * With a time limit that starts now.
   *
   * @throws InvalidInputException unless the time is positive
   */
  public static RunControl withTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidInputException("timeout " + timeout + " must be positive");
    }
    return new RunControl(timeout);
  }

  /** Stops the runs under this control, those in flight and those to come. */
  public void cancel() {
    synchronized (this) {
      cancelled = true;
    }
    terminateAll();
  }

  /** Runs under this control that are going on now. */
  public synchronized int runsInFlight() {
    return runs.size();
  }

  /** Whether {@link #cancel()} was called. */
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /**
   * Does nothing while runs may go on; work between two runs can ask.
   *
   * @throws CancelledException after {@link #cancel()}
   * @throws DeadlineExceededException when the time is over
   */
  public void check() {
    if (isCancelled()) {
      throw new CancelledException("the call was cancelled by its caller");
    }
    if (isLate()) {
      throw new DeadlineExceededException(
          "the call did not finish within "
              + timeout
              + "; give it more time, or fewer or shorter texts");
    }
  }

  private boolean isLate() {
    return timeout != null && System.nanoTime() - startNanos >= nanos(timeout);
  }

  private static long nanos(Duration duration) {
    return duration.compareTo(Duration.ofDays(36_500)) > 0 ? Long.MAX_VALUE : duration.toNanos();
  }

  /** Puts a run under this control until the returned registration is closed. */
  Registration register(ActiveRun run) {
    check();
    ScheduledFuture<?> alarm = null;
    synchronized (this) {
      runs.add(run);
      if (cancelled) {
        run.terminate();
      }
    }
    if (timeout != null) {
      long left = nanos(timeout) - (System.nanoTime() - startNanos);
      alarm = Alarm.CLOCK.schedule(run::terminate, Math.max(0, left), TimeUnit.NANOSECONDS);
    }
    return new Registration(this, run, alarm);
  }

  private synchronized void terminateAll() {
    runs.forEach(ActiveRun::terminate);
  }

  private synchronized void unregister(ActiveRun run) {
    runs.remove(run);
  }

  record Registration(RunControl control, ActiveRun run, @Nullable ScheduledFuture<?> alarm)
      implements AutoCloseable {
    @Override
    public void close() {
      if (alarm != null) {
        alarm.cancel(false);
      }
      control.unregister(run);
    }
  }

  /** One daemon thread for the deadlines of the whole process, started with the first of them. */
  private static final class Alarm {
    static final ScheduledThreadPoolExecutor CLOCK = start();

    private static ScheduledThreadPoolExecutor start() {
      ScheduledThreadPoolExecutor clock =
          new ScheduledThreadPoolExecutor(
              1,
              task -> {
                Thread thread = new Thread(task, "parlance-deadlines");
                thread.setDaemon(true);
                return thread;
              });
      clock.setRemoveOnCancelPolicy(true);
      return clock;
    }
  }
}
