package io.parlance.runtime;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Something that a thread of its own loads while its owner loads something else: a tokenizer and a
 * graph need different libraries, and each takes a good part of a process's first second.
 *
 * @param <T> what is loaded
 */
public final class BackgroundLoad<T> {
  private final FutureTask<T> task;

  private BackgroundLoad(FutureTask<T> task) {
    this.task = task;
  }

  /** Starts at once; {@link #get} or {@link #discard} must follow. */
  public static <T> BackgroundLoad<T> start(Supplier<T> loader) {
    FutureTask<T> task = new FutureTask<>(loader::get);
    Thread thread = new Thread(task, "parlance-load");
    thread.setDaemon(true);
    thread.start();
    return new BackgroundLoad<>(task);
  }

  /** Waits for it. An interrupt does not end that, as it would not end loading; it stays set. */
  public T get() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException exception) {
        throw exception;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits for it and closes it, because something else could not be loaded.
   *
   * @param reason why; what goes wrong here is added to it
   */
  public void discard(Consumer<T> close, Throwable reason) {
    try {
      close.accept(get());
    } catch (RuntimeException | Error e) {
      reason.addSuppressed(e);
    }
  }
}
