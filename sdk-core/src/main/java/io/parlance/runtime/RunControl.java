package io.parlance.runtime;

import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.InvalidInputException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
  private final Set<Registration> registrations = new HashSet<>(); // guarded by this
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
  public synchronized void cancel() {
    cancelled = true;
    // a call-back may close its registration, and others with it
    for (Registration registration : List.copyOf(registrations)) {
      if (registrations.contains(registration)) {
        registration.stop.run();
      }
    }
  }

  /** Runs under this control that are going on now. */
  public synchronized int runsInFlight() {
    return registrations.size();
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
    if (timeout != null && remainingNanos(timeout) <= 0) {
      throw new DeadlineExceededException(
          "the call did not finish within "
              + timeout
              + "; give it more time, or fewer or shorter texts");
    }
  }

  private long remainingNanos(Duration limit) {
    boolean beyondLong = limit.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0;
    return (beyondLong ? Long.MAX_VALUE : limit.toNanos()) - (System.nanoTime() - startNanos);
  }

  /**
   * Calls back when work must stop, until the registration is closed.
   *
   * @param stop called at most a few times, from other threads; must be quick
   * @throws CancelledException after {@link #cancel()}
   * @throws DeadlineExceededException when the time is over
   */
  public Registration onStop(Runnable stop) {
    check();
    ScheduledFuture<?> alarm =
        timeout == null
            ? null
            : Alarm.CLOCK.schedule(
                stop, Math.max(0, remainingNanos(timeout)), TimeUnit.NANOSECONDS);
    Registration registration = new Registration(this, stop, alarm);
    synchronized (this) {
      registrations.add(registration);
      if (cancelled) {
        stop.run();
      }
    }
    return registration;
  }

  /** Fails a result as soon as this control stops its work, whatever that waits for. */
  public void failWhenStopped(CompletableFuture<?> result) {
    try {
      Registration registration =
          onStop(
              () -> {
                try {
                  check();
                } catch (RuntimeException stopped) {
                  result.completeExceptionally(stopped);
                }
              });
      result.whenComplete((value, failure) -> registration.close());
    } catch (RuntimeException stoppedAlready) {
      result.completeExceptionally(stoppedAlready);
    }
  }

  /** Work under a control; closing it ends the call-backs. */
  public static final class Registration implements AutoCloseable {
    private final RunControl control;
    private final Runnable stop;
    private final @Nullable ScheduledFuture<?> alarm;

    private Registration(RunControl control, Runnable stop, @Nullable ScheduledFuture<?> alarm) {
      this.control = control;
      this.stop = stop;
      this.alarm = alarm;
    }

    @Override
    public void close() {
      if (alarm != null) {
        alarm.cancel(false);
      }
      synchronized (control) {
        control.registrations.remove(this);
      }
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
