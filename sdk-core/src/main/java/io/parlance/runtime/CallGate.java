package io.parlance.runtime;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets calls in until something is closed, and lets it be freed only when the last call has left.
 * Thread-safe.
 */
public final class CallGate {
  // a lock rather than a monitor, so that virtual threads which wait do not hold their carrier
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Entry> inside = new HashSet<>();
  private final String name;
  private boolean closing;
  private boolean closed;

  /**
   * An open gate.
   *
   * @param name what is behind it, for messages
   */
  public CallGate(String name) {
    this.name = name;
  }

  /**
   * Lets a call in, until the entry is closed.
   *
   * @param terminate ends the call early; called when the gate is closed that way
   * @throws IllegalStateException if the gate is closed or waits for the last calls
   */
  public Entry enter(Runnable terminate) {
    lock.lock();
    try {
      if (closing) {
        throw new IllegalStateException(name + " is closed");
      }
      Entry entry = new Entry(this, terminate);
      inside.add(entry);
      return entry;
    } finally {
      lock.unlock();
    }
  }

  private void leave(Entry entry) {
    lock.lock();
    try {
      inside.remove(entry);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets nobody in any more, waits for the calls inside, and frees what is behind the gate, once;
   * every caller returns only after that.
   *
   * @param terminate whether to end the calls inside early
   */
  public void close(boolean terminate, Runnable free) {
    lock.lock();
    try {
      boolean first = !closing;
      closing = true;
      if (terminate) {
        inside.forEach(entry -> entry.terminate.run());
      }
      while (first ? !inside.isEmpty() : !closed) {
        changed.awaitUninterruptibly();
      }
      if (first) {
        try {
          free.run();
        } finally {
          closed = true;
          changed.signalAll();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** A call inside. Closed once, by the thread that entered. */
  public static final class Entry implements AutoCloseable {
    private final CallGate gate;
    private final Runnable terminate;

    private Entry(CallGate gate, Runnable terminate) {
      this.gate = gate;
      this.terminate = terminate;
    }

    @Override
    public void close() {
      gate.leave(this);
    }
  }
}
