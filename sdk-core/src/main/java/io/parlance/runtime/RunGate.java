package io.parlance.runtime;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Lets runs in until closed, and closes only when the last one has left. */
final class RunGate {
  // a lock rather than a monitor, so that virtual threads which wait do not hold their carrier
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<ActiveRun> active = new HashSet<>();
  private boolean closing;
  private boolean closed;

  void enter(ActiveRun run, String name) {
    lock.lock();
    try {
      if (closing) {
        throw new IllegalStateException(name + " is closed");
      }
      active.add(run);
    } finally {
      lock.unlock();
    }
  }

  void leave(ActiveRun run) {
    lock.lock();
    try {
      active.remove(run);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Calls {@code free} once, when no run is inside; every caller returns only after that. */
  void close(boolean terminate, Runnable free) {
    lock.lock();
    try {
      boolean first = !closing;
      closing = true;
      if (terminate) {
        active.forEach(ActiveRun::terminate);
      }
      while (first ? !active.isEmpty() : !closed) {
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
}
