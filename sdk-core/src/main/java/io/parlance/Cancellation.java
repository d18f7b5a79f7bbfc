package io.parlance;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Ends calls from outside: hand it to the view that makes them, keep it, and call {@link #cancel()}
 * from any thread. A call in flight stops within the token that it computes, and throws {@link
 * CancelledException}; so does each later call under the same handle. Thread-safe.
 */
public final class Cancellation {
  private final Set<Registration> calls = new LinkedHashSet<>(); // guarded by this
  private boolean cancelled; // guarded by this

  /** Nothing is cancelled yet. */
  public Cancellation() {}

  /** Ends the calls under this handle, those in flight and those to come. May be repeated. */
  public void cancel() {
    Set<Registration> ended;
    synchronized (this) {
      cancelled = true;
      ended = new LinkedHashSet<>(calls);
    }
    ended.forEach(call -> call.stop.run());
  }

  /** Whether {@link #cancel()} was called. */
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /**
   * Calls back when calls are to end, until the registration is closed; at once if they are
   * already.
   *
   * @param stop called from other threads; must be quick
   */
  public Registration onCancel(Runnable stop) {
    Registration call = new Registration(this, stop);
    boolean now;
    synchronized (this) {
      calls.add(call);
      now = cancelled;
    }
    if (now) {
      stop.run();
    }
    return call;
  }

  /** A call under a handle; closing it ends the call-backs. */
  public static final class Registration implements AutoCloseable {
    private final Cancellation handle;
    private final Runnable stop;

    private Registration(Cancellation handle, Runnable stop) {
      this.handle = handle;
      this.stop = stop;
    }

    @Override
    public void close() {
      synchronized (handle) {
        handle.calls.remove(this);
      }
    }
  }
}
