package io.parlance.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RunPoolTest {
  private final RunPool pool = new RunPool(2);

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void doesEveryPieceOnce() {
    AtomicIntegerArray times = new AtomicIntegerArray(1_000);
    pool.runAll(1_000, times::incrementAndGet, RunControl.create());
    for (int i = 0; i < 1_000; i++) {
      assertThat(times.get(i)).isOne();
    }
    pool.runAll(0, piece -> times.incrementAndGet(0), RunControl.create());
    assertThat(times.get(0)).isOne();
  }

  @Test
  void runsAsManyAtOnceAsItHasThreads() {
    CyclicBarrier together = new CyclicBarrier(2);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    pool.runAll(
        10,
        piece -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          meet(together);
          running.decrementAndGet();
        },
        RunControl.create());
    assertThat(most.get()).isEqualTo(2);
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aShortCallNeedNotWaitForALongOne() throws Exception {
    RunPool single = new RunPool(1);
    List<String> order = java.util.Collections.synchronizedList(new java.util.ArrayList<>());
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Void> longCall =
        CompletableFuture.runAsync(
            () ->
                single.runAll(
                    100,
                    piece -> {
                      order.add("long");
                      begun.countDown();
                      await(go);
                    },
                    RunControl.create()));
    begun.await();
    CompletableFuture<Void> shortCall = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              single.runAll(1, piece -> order.add("short"), RunControl.create());
              shortCall.complete(null);
            });
    caller.start();
    while (caller.getState() != Thread.State.WAITING) { // until its turn is queued
      Thread.onSpinWait();
    }
    go.countDown();
    shortCall.join();
    longCall.join();
    assertThat(order.indexOf("short")).isLessThan(4);
    single.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFailureEndsTheCallAndIsThrownAsItIs() {
    IllegalArgumentException reason = new IllegalArgumentException("piece 3");
    ConcurrentLinkedQueue<Integer> done = new ConcurrentLinkedQueue<>();
    assertThatThrownBy(
            () ->
                pool.runAll(
                    1_000,
                    piece -> {
                      if (piece == 3) {
                        throw reason;
                      }
                      done.add(piece);
                    },
                    RunControl.create()))
        .isSameAs(reason);
    int before = done.size();
    pool.runAll(4, piece -> {}, RunControl.create());
    assertThat(done).hasSize(before).hasSizeLessThan(1_000);
  }

  @Test
  void aStoppedCallDoesNotWaitForItsTurn() {
    CountDownLatch go = new CountDownLatch(1);
    pool.execute(() -> await(go));
    pool.execute(() -> await(go));
    assertThatThrownBy(
            () -> pool.runAll(1, piece -> {}, RunControl.withTimeout(Duration.ofMillis(1))))
        .isInstanceOf(DeadlineExceededException.class);
    go.countDown();
  }

  @Test
  void anInterruptCancelsTheCallAndStaysSet() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> status = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              RunControl control = RunControl.create();
              try {
                pool.runAll(
                    1,
                    piece -> {
                      try (RunControl.Registration run = control.onStop(stopped::countDown)) {
                        begun.countDown();
                        await(stopped);
                        control.check();
                      }
                    },
                    control);
              } catch (RuntimeException e) {
                thrown.set(e);
                status.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    begun.await();
    caller.interrupt();
    caller.join();
    assertThat(thrown.get())
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("interrupted");
    assertThat(status.get()).isTrue();
  }

  @Test
  void aCallFromOneOfItsThreadsRunsThere() {
    AtomicInteger inner = new AtomicInteger();
    pool.runAll(
        2,
        piece -> pool.runAll(5, each -> inner.incrementAndGet(), RunControl.create()),
        RunControl.create());
    assertThat(inner.get()).isEqualTo(10);
  }

  @Test
  void refusesWorkWhenClosed() {
    pool.close();
    assertThatThrownBy(() -> pool.runAll(1, piece -> {}, RunControl.create()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the SDK is closed");
  }
}
