package io.parlance.runtime;

import io.parlance.CancelledException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run graphs: as many runs at once as there are processors for them, however many
 * callers there are, so that memory stays bounded and virtual threads only wait here. Calls share
 * the threads fairly: each call has a turn for one piece of its work, then the others. Thread-safe.
 */
public final class RunPool implements AutoCloseable {
  private static final int IDLE_SECONDS = 10;

  private final int runsAtOnce;
  private final ThreadPoolExecutor threads;

  /** Starts no thread yet. */
  public RunPool(int runsAtOnce) {
    this.runsAtOnce = runsAtOnce;
    threads =
        new ThreadPoolExecutor(
            runsAtOnce,
            runsAtOnce,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> new Worker(this, work));
    threads.allowCoreThreadTimeOut(true);
  }

  private static final class Worker extends Thread {
    private final RunPool pool;

    Worker(RunPool pool, Runnable work) {
      super(work, "parlance-run");
      this.pool = pool;
      setDaemon(true);
    }
  }

  /** How many pieces of work go on at the same time. */
  public int runsAtOnce() {
    return runsAtOnce;
  }

  /**
   * Does the pieces of one call, several at once, and waits for them.
   *
   * @param pieces how many there are
   * @param piece does the piece with the given index, under the control
   * @param control stops the call; an interrupt of the waiting thread cancels it
   * @throws CancelledException if the call is cancelled or its thread interrupted; the interrupt
   *     status stays set. Like every failure it comes out when no piece is going on any more.
   */
  public void runAll(int pieces, IntConsumer piece, RunControl control) {
    if (pieces == 0) {
      return;
    }
    if (Thread.currentThread() instanceof Worker worker && worker.pool == this) {
      for (int i = 0; i < pieces; i++) { // waiting for the others' turns could wait for itself
        control.check();
        piece.accept(i);
      }
      return;
    }
    new Call(pieces, piece, control).run();
  }

  /**
   * Waits for work under a control, until its end in any case.
   *
   * @throws CancelledException if the waiting thread is interrupted, which cancels the control; the
   *     interrupt status stays set
   */
  public static <R> R await(CompletableFuture<R> done, RunControl control) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return done.get();
        } catch (InterruptedException e) {
          interrupted = true;
          control.cancel(); // and wait for what is going on to stop
        } catch (ExecutionException e) {
          throw rethrow(e.getCause(), interrupted);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException rethrow(@Nullable Throwable cause, boolean interrupted) {
    if (interrupted && cause instanceof CancelledException) {
      return new CancelledException("the calling thread was interrupted", cause);
    }
    if (cause instanceof RuntimeException exception) {
      return exception;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(cause);
  }

  /**
   * Does some work on one of the threads, after what is waiting already.
   *
   * @throws IllegalStateException if the pool is closed
   */
  public void execute(Runnable work) {
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("the SDK is closed", e);
    }
  }

  /** Lets the work that waits be done, then the threads end. Does not wait for it. */
  @Override
  public void close() {
    threads.shutdown();
  }

  /** One call: hands out its pieces in turn until one fails or the call is stopped. */
  private final class Call {
    private final int pieces;
    private final IntConsumer piece;
    private final RunControl control;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int next; // guarded by this
    private int running; // guarded by this
    private @Nullable Throwable failure; // guarded by this

    Call(int pieces, IntConsumer piece, RunControl control) {
      this.pieces = pieces;
      this.piece = piece;
      this.control = control;
    }

    void run() {
      try (RunControl.Registration registration = control.onStop(this::stop)) {
        for (int i = 0; i < Math.min(pieces, runsAtOnce); i++) {
          submit();
        }
        await(done, control);
      }
    }

    private void submit() {
      try {
        execute(this::turn);
      } catch (IllegalStateException closed) {
        fail(closed, 0);
      }
    }

    /** Pieces that wait are given up at once, those that run stop by the same control. */
    private void stop() {
      try {
        control.check();
      } catch (RuntimeException reason) {
        fail(reason, 0);
      }
    }

    private void turn() {
      int index;
      synchronized (this) {
        if (failure != null || next == pieces) {
          return;
        }
        index = next++;
        running++;
      }
      try {
        control.check();
        piece.accept(index);
      } catch (RuntimeException | Error e) {
        fail(e, 1);
        return;
      }
      boolean more;
      synchronized (this) {
        running--;
        more = failure == null && next < pieces;
        settle();
      }
      if (more) {
        submit(); // behind the turns of other calls
      }
    }

    private synchronized void fail(Throwable reason, int ended) {
      running -= ended;
      if (failure == null) {
        failure = reason;
      }
      settle();
    }

    /** Completes the call when nothing of it is going on any more. */
    private synchronized void settle() {
      if (running > 0) {
        return;
      }
      if (failure != null) {
        done.completeExceptionally(failure);
      } else if (next == pieces) {
        done.complete(null);
      }
    }
  }
}
