package io.parlance.task;

import io.parlance.QueueFullException;
import io.parlance.QueuePolicy;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.RunPool;
import io.parlance.tokenizers.Encoding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Joins asynchronous calls on one model to runs of several texts. Nobody waits for company: a run
 * begins as soon as a thread is free, with the call that waits longest and those that fit to it in
 * length; under load there are always some. Thread-safe.
 */
final class MicroBatcher {
  private final RunPool pool;
  private final QueuePolicy policy;
  private final TaskActivity activity;
  private final WaitingWindows waiting = new WaitingWindows(); // guarded by this
  private int waitingCalls; // guarded by this
  private int scheduled; // turns that wait in the pool or run, guarded by this

  MicroBatcher(RunPool pool, QueuePolicy policy, TaskActivity activity) {
    this.pool = pool;
    this.policy = policy;
    this.activity = activity;
  }

  /**
   * Has the windows of one call run.
   *
   * @return what was read from each; fails when the control stops the call, also while it waits
   */
  <W> CompletableFuture<List<W>> submit(
      Encoder encoder,
      EncoderTask<W, ?> task,
      List<Encoding> windows,
      RunControl control,
      CallMeter meter) {
    WaitingCall<W> call = new WaitingCall<>(encoder, task, windows, control, meter);
    synchronized (this) {
      if (waitingCalls >= policy.maximumCalls()) {
        return CompletableFuture.failedFuture(
            new QueueFullException(
                waitingCalls
                    + " asynchronous calls wait for "
                    + encoder.folder()
                    + ", as many as the queue may hold; send fewer at once, or raise"
                    + " QueuePolicy.maximumCalls"));
      }
      waitingCalls++;
    }
    call.values().whenComplete((values, failure) -> leave(call));
    call.watch();
    synchronized (this) {
      if (!call.isOver()) {
        waiting.add(call.waitingWindows());
      }
    }
    schedule();
    return call.values();
  }

  /** Calls that wait for a run or are in one. */
  synchronized int waitingCalls() {
    return waitingCalls;
  }

  private synchronized void leave(WaitingCall<?> call) {
    waitingCalls--;
    waiting.remove(call.waitingWindows());
  }

  /** As many turns as may run at once, while anything waits. */
  private void schedule() {
    synchronized (this) {
      if (waiting.isEmpty() || scheduled >= pool.runsAtOnce()) {
        return;
      }
      scheduled++;
    }
    try {
      pool.execute(this::turn);
    } catch (IllegalStateException closed) {
      List<WaitingWindow> left;
      synchronized (this) {
        scheduled--;
        left = waiting.takeAll();
      }
      left.forEach(window -> window.call().fail(closed));
    }
  }

  private void turn() {
    List<WaitingWindow> batch;
    synchronized (this) {
      batch = waiting.take(policy.tokensPerRun());
    }
    schedule(); // another thread for what is left
    try {
      if (!batch.isEmpty()) {
        run(batch);
      }
    } finally {
      synchronized (this) {
        scheduled--;
      }
      schedule();
    }
  }

  /** Stops only when no call wants its result any more. */
  private void run(List<WaitingWindow> batch) {
    RunControl run = RunControl.create();
    List<WaitingCall<?>> calls = new ArrayList<>();
    for (WaitingWindow window : batch) {
      if (!calls.contains(window.call())) {
        calls.add(window.call());
      }
    }
    Runnable stopIfUnwanted =
        () -> {
          if (calls.stream().allMatch(WaitingCall::isOver)) {
            run.cancel();
          }
        };
    calls.forEach(call -> call.values().whenComplete((values, failure) -> stopIfUnwanted.run()));
    WaitingCall<?> first = calls.get(0);
    calls.forEach(call -> call.meter().runStarted());
    long start = System.nanoTime();
    EncoderOutputs outputs;
    try {
      outputs =
          first
              .encoder()
              .run(
                  batch.stream().map(WaitingWindow::encoding).toList(),
                  first.task().outputs(),
                  run);
    } catch (RuntimeException | Error e) {
      calls.forEach(call -> call.fail(e));
      return;
    }
    tell(batch, calls, System.nanoTime() - start);
    for (int row = 0; row < batch.size(); row++) {
      batch.get(row).read(outputs, row);
    }
  }

  private void tell(List<WaitingWindow> batch, List<WaitingCall<?>> calls, long nanos) {
    for (WaitingCall<?> call : calls) {
      call.meter()
          .ran(
              nanos,
              batch.stream()
                  .filter(window -> window.call() == call)
                  .mapToLong(WaitingWindow::length)
                  .sum());
    }
    int longest = batch.stream().mapToInt(WaitingWindow::length).max().orElse(0);
    int tokens = batch.stream().mapToInt(WaitingWindow::length).sum();
    activity.ran(batch.size(), tokens, longest * batch.size() - tokens, nanos);
  }
}
