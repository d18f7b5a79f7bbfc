package io.parlance.models.training;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Threads that work on the parts of one computation; the caller is one of them. */
final class Workers implements AutoCloseable {

  private final int count;
  private @Nullable ExecutorService others;

  Workers(int count) {
    this.count = count;
  }

  int count() {
    return count;
  }

  /**
   * Runs the tasks, at most {@link #count} of them, at once and returns when all have ended. The
   * first failure is thrown.
   */
  void run(List<Runnable> tasks) {
    List<Future<?>> running = new ArrayList<>();
    for (Runnable task : tasks.subList(1, tasks.size())) {
      running.add(others().submit(task));
    }
    RuntimeException failure = null;
    try {
      tasks.get(0).run();
    } catch (RuntimeException e) {
      failure = e;
    }
    for (Future<?> task : running) {
      failure = await(task, failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Waits for the end, even when interrupted: tasks use memory that the caller may free. */
  private static @Nullable RuntimeException await(
      Future<?> task, @Nullable RuntimeException failure) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return failure;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          Throwable cause = e.getCause();
          return first(failure, cause == null ? e : cause);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException first(@Nullable RuntimeException failure, Throwable next) {
    if (failure != null) {
      failure.addSuppressed(next);
      return failure;
    }
    return next instanceof RuntimeException exception
        ? exception
        : new IllegalStateException("a thread of the training step failed", next);
  }

  private ExecutorService others() {
    if (others == null) {
      others =
          Executors.newFixedThreadPool(
              Math.max(1, count - 1),
              task -> {
                Thread thread = new Thread(task, "parlance-training");
                thread.setDaemon(true);
                return thread;
              });
    }
    return others;
  }

  @Override
  public void close() {
    if (others != null) {
      others.shutdown();
    }
  }
}
