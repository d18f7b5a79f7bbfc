package io.parlance.spring;

import io.parlance.ActivityListener;
import io.parlance.CallReport;
import io.parlance.CallStart;
import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.InvalidInputException;
import io.parlance.LoadReport;
import io.parlance.QueueFullException;
import io.parlance.RunReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one instance did so far, and what it does now. Thread-safe. */
public final class InstanceActivity implements ActivityListener {
  private final Map<String, Task> tasks = new ConcurrentHashMap<>();
  private final Clock clock;
  private final List<Runnable> whenIdle = new ArrayList<>(); // guarded by this
  private long inFlight; // guarded by this

  InstanceActivity(Clock clock) {
    this.clock = clock;
  }

  /**
   * What was done with one model.
   *
   * @param calls that ended, failed ones included
   * @param failures of them
   * @param runs of its graph; only encoders count them
   * @param rows texts and windows in those runs
   * @param tokens in those runs, without padding
   * @param paddingTokens in those runs
   * @param lastCall when the last call succeeded, or null
   * @param lastFailure when and why a call or the loading failed last, or null
   * @param broken whether the model itself is to blame and has not worked since: it could not be
   *     loaded or run
   * @param loadTime how long it took to load, or null while it is not loaded
   */
  public record TaskActivity(
      long calls,
      long failures,
      long runs,
      long rows,
      long tokens,
      long paddingTokens,
      @Nullable Instant lastCall,
      @Nullable Failure lastFailure,
      boolean broken,
      @Nullable Duration loadTime) {
    /** Nothing was done yet. */
    public static final TaskActivity NONE =
        new TaskActivity(0, 0, 0, 0, 0, 0, null, null, false, null);
  }

  /**
   * Something that went wrong.
   *
   * @param time when
   * @param error the exception
   */
  public record Failure(Instant time, Throwable error) {}

  /** What was done with the model of a task. */
  public TaskActivity task(String task) {
    Task found = tasks.get(task);
    return found == null ? TaskActivity.NONE : found.get();
  }

  /** Calls that are going on. */
  public synchronized long callsInFlight() {
    return inFlight;
  }

  /** Does something as soon as no call is going on; at once if none is. */
  void whenIdle(Runnable action) {
    synchronized (this) {
      if (inFlight > 0) {
        whenIdle.add(action);
        return;
      }
    }
    action.run();
  }

  @Override
  public Consumer<CallReport> callStarted(CallStart call) {
    synchronized (this) {
      inFlight++;
    }
    return report -> {
      of(call.task()).ended(report, clock.instant());
      left();
    };
  }

  private void left() {
    List<Runnable> waiting;
    synchronized (this) {
      inFlight--;
      if (inFlight > 0) {
        return;
      }
      waiting = List.copyOf(whenIdle);
      whenIdle.clear();
    }
    waiting.forEach(Runnable::run);
  }

  @Override
  public void graphRan(RunReport run) {
    of(run.task()).ran(run);
  }

  @Override
  public void modelLoaded(LoadReport load) {
    of(load.task()).loaded(load, clock.instant());
  }

  private Task of(String task) {
    return tasks.computeIfAbsent(task, name -> new Task());
  }

  private static final class Task {
    private TaskActivity now = TaskActivity.NONE; // guarded by this

    synchronized TaskActivity get() {
      return now;
    }

    synchronized void ended(CallReport call, Instant time) {
      Throwable failure = call.failure();
      boolean blame = failure != null && isModelsFault(failure);
      now =
          new TaskActivity(
              now.calls + 1,
              now.failures + (failure == null ? 0 : 1),
              now.runs,
              now.rows,
              now.tokens,
              now.paddingTokens,
              failure == null ? time : now.lastCall,
              failure == null ? now.lastFailure : new Failure(time, failure),
              failure == null ? false : blame || now.broken,
              now.loadTime);
    }

    /** Not what callers do: wrong input, too many calls, impatience. */
    private static boolean isModelsFault(Throwable failure) {
      return !(failure instanceof InvalidInputException
          || failure instanceof CancelledException
          || failure instanceof DeadlineExceededException
          || failure instanceof QueueFullException
          || failure instanceof java.util.concurrent.CancellationException
          || failure instanceof IllegalStateException); // closed
    }

    synchronized void ran(RunReport run) {
      now =
          new TaskActivity(
              now.calls,
              now.failures,
              now.runs + 1,
              now.rows + run.rows(),
              now.tokens + run.tokens(),
              now.paddingTokens + run.paddingTokens(),
              now.lastCall,
              now.lastFailure,
              now.broken,
              now.loadTime);
    }

    synchronized void loaded(LoadReport load, Instant time) {
      Throwable failure = load.failure();
      now =
          new TaskActivity(
              now.calls,
              now.failures,
              now.runs,
              now.rows,
              now.tokens,
              now.paddingTokens,
              now.lastCall,
              failure == null ? now.lastFailure : new Failure(time, failure),
              failure != null,
              failure == null ? load.duration() : null);
    }
  }
}
