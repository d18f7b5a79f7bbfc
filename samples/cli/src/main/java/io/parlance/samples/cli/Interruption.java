package io.parlance.samples.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Lets work end in order when the process is told to end (Ctrl-C, SIGTERM): the work is asked to
 * stop, and the process waits until {@link #close}.
 */
final class Interruption implements AutoCloseable {

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  /**
   * @param stop asks the work to stop, from another thread
   */
  Interruption(Runnable stop) {
    this.hook =
        new Thread(
            () -> {
              stop.run();
              try {
                done.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The work has ended. */
  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is ending and waits for nothing else
    }
  }
}
