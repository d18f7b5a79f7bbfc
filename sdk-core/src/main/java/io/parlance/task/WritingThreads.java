package io.parlance.task;

import io.parlance.Cancellation;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.RunPool;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which models write, one for each call in flight, while the caller waits: native
 * code does not notice an interrupt, but a caller who waits does. Daemons, started when needed.
 */
final class WritingThreads {
  private static final int IDLE_SECONDS = 10;
  private static final ThreadPoolExecutor THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          work -> {
            Thread thread = new Thread(work, "parlance-write");
            thread.setDaemon(true);
            return thread;
          });

  private WritingThreads() {}

  /**
   * Does some work and waits for its end, also when it is stopped.
   *
   * @param handle ends it, or null
   * @throws io.parlance.CancelledException if the handle is cancelled, or the waiting thread
   *     interrupted, whose interrupt status stays set
   */
  static <R> R call(RunControl control, @Nullable Cancellation handle, Supplier<R> work) {
    try (Cancellation.Registration ended =
        handle == null ? null : handle.onCancel(control::cancel)) {
      control.check();
      return RunPool.await(CompletableFuture.supplyAsync(work, THREADS::execute), control);
    }
  }
}
