package io.parlance.task;

import io.parlance.DocumentResult;
import io.parlance.NlpException;
import io.parlance.QueueFullException;
import io.parlance.QueuePolicy;
import io.parlance.TextInput;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.RunPool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Joins asynchronous calls of a writing task: a turn takes those with the options of the one that
 * waits longest, as many as run together, and one turn follows the other. Thread-safe.
 */
final class WritingQueue<R> {
  private final RunPool pool;
  private final QueuePolicy policy;
  private final Deque<Waiting<R>> waiting = new ArrayDeque<>(); // guarded by this
  private int open; // calls without a result yet, guarded by this
  private boolean scheduled; // guarded by this

  WritingQueue(RunPool pool, QueuePolicy policy) {
    this.pool = pool;
    this.policy = policy;
  }

  private record Waiting<R>(
      Function<WritingOptions, WritingCall<R>> calls,
      TextInput input,
      WritingOptions options,
      CallMeter meter,
      CompletableFuture<R> result) {}

  /** Has a text processed later. */
  CompletableFuture<R> submit(
      Function<WritingOptions, WritingCall<R>> calls,
      TextInput input,
      WritingOptions options,
      CallContext context) {
    Waiting<R> call =
        new Waiting<>(calls, input, options, context.meter(), new CompletableFuture<>());
    synchronized (this) {
      if (open >= policy.maximumCalls()) {
        return CompletableFuture.failedFuture(
            new QueueFullException(
                open
                    + " asynchronous calls wait for the model, as many as the queue may hold; send"
                    + " fewer at once, or raise QueuePolicy.maximumCalls"));
      }
      open++;
    }
    call.result().whenComplete((result, failure) -> leave());
    watch(call, context.control());
    synchronized (this) {
      waiting.add(call);
    }
    schedule();
    return call.result();
  }

  private synchronized void leave() {
    open--;
  }

  /** Calls that wait for a run or are in one. */
  synchronized int waitingCalls() {
    return open;
  }

  /** Fails the call as soon as its control stops it. */
  private static void watch(Waiting<?> call, RunControl control) {
    try {
      RunControl.Registration registration =
          control.onStop(
              () -> {
                try {
                  control.check();
                } catch (RuntimeException stopped) {
                  call.result().completeExceptionally(stopped);
                }
              });
      call.result().whenComplete((result, failure) -> registration.close());
    } catch (RuntimeException stoppedAlready) {
      call.result().completeExceptionally(stoppedAlready);
    }
  }

  private void schedule() {
    synchronized (this) {
      if (scheduled || waiting.isEmpty()) {
        return;
      }
      scheduled = true;
    }
    try {
      pool.execute(this::turn);
    } catch (IllegalStateException closed) {
      List<Waiting<R>> left;
      synchronized (this) {
        scheduled = false;
        left = new ArrayList<>(waiting);
        waiting.clear();
      }
      left.forEach(call -> call.result().completeExceptionally(closed));
    }
  }

  private void turn() {
    List<Waiting<R>> together = take();
    try {
      if (!together.isEmpty()) {
        run(together);
      }
    } catch (RuntimeException | Error e) {
      together.forEach(call -> call.result().completeExceptionally(e));
    } finally {
      synchronized (this) {
        scheduled = false;
      }
      schedule();
    }
  }

  private synchronized List<Waiting<R>> take() {
    waiting.removeIf(call -> call.result().isDone());
    List<Waiting<R>> together = new ArrayList<>();
    for (Iterator<Waiting<R>> each = waiting.iterator(); each.hasNext(); ) {
      Waiting<R> call = each.next();
      WritingOptions options = together.isEmpty() ? call.options() : together.get(0).options();
      if (together.size() < options.batchRows() && call.options().equals(options)) {
        together.add(call);
        each.remove();
      }
    }
    return together;
  }

  /** Stops only when no call wants its result any more. */
  private static <R> void run(List<Waiting<R>> together) {
    RunControl control = RunControl.create();
    for (Waiting<R> each : together) {
      each.result()
          .whenComplete(
              (result, failure) -> {
                if (together.stream().allMatch(call -> call.result().isDone())) {
                  control.cancel();
                }
              });
    }
    Waiting<R> first = together.get(0);
    List<TextInput> inputs = together.stream().map(Waiting::input).toList();
    together.forEach(each -> each.meter().runStarted());
    long start = System.nanoTime();
    WritingCall<R> call = first.calls().apply(first.options());
    List<DocumentResult<R>> results = call.run(inputs, true, control, CallMeter.silent());
    for (int i = 0; i < results.size(); i++) {
      together.get(i).meter().ran(System.nanoTime() - start, call.tokens(i));
      try {
        together.get(i).result().complete(results.get(i).get());
      } catch (NlpException e) {
        together.get(i).result().completeExceptionally(e);
      }
    }
  }
}
