package io.parlance.task;

import io.parlance.runtime.CallGate;
import io.parlance.runtime.RunControl;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What a caller of an asynchronous call holds: cancelling it stops the work, and what went wrong is
 * there without wrapping.
 */
final class AsyncResult<R> extends CompletableFuture<R> {
  private final RunControl control;

  private AsyncResult(RunControl control) {
    this.control = control;
  }

  /**
   * Passes the work's outcome on.
   *
   * @param inside left when the work is over
   * @param meter finished when the work is over, or nobody waits for it any more
   */
  static <R> CompletableFuture<R> of(
      CompletableFuture<R> work, RunControl control, CallGate.Entry inside, CallMeter meter) {
    AsyncResult<R> outside = new AsyncResult<>(control);
    control.failWhenStopped(outside);
    outside.whenComplete((result, failure) -> meter.finish(failure));
    work.whenComplete(
        (result, failure) -> {
          inside.close();
          Throwable reason = failure == null ? null : cause(failure);
          meter.finish(reason); // before the caller goes on
          if (reason == null) {
            outside.complete(result);
          } else {
            outside.completeExceptionally(reason);
          }
        });
    return outside;
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      control.cancel();
    }
    return cancelled;
  }
}
