package io.parlance.runtime;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what holds native memory and is not closed yet, so that tests can prove that nothing
 * leaks.
 */
public final class NativeHandles {
  private static final AtomicLong LIVE = new AtomicLong();

  private NativeHandles() {}

  /** Tensors and sessions of this process that are open now. */
  public static long live() {
    return LIVE.get();
  }

  static void opened() {
    LIVE.incrementAndGet();
  }

  static void closed() {
    LIVE.decrementAndGet();
  }
}
