package io.parlance.samples.web;

import io.parlance.ActivityListener;
import io.parlance.CallReport;
import io.parlance.CallStart;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Holds calls of models at their beginning, so that tests know that they are going on. */
final class Gate implements ActivityListener {
  private final Semaphore arrived = new Semaphore(0);
  private volatile CountDownLatch open = new CountDownLatch(0);

  void close() {
    open = new CountDownLatch(1);
  }

  void open() {
    open.countDown();
  }

  /** Waits until a call stands here. */
  void awaitCall() throws InterruptedException {
    if (!arrived.tryAcquire(30, TimeUnit.SECONDS)) {
      throw new AssertionError("no call came");
    }
  }

  @Override
  public Consumer<CallReport> callStarted(CallStart call) {
    CountDownLatch gate = open;
    if (gate.getCount() > 0) {
      arrived.release();
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return report -> {};
  }
}
