package io.parlance.task;

import io.parlance.CallReport;
import io.parlance.CallStart;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes the time of one call and its parts. Thread-safe. */
final class CallMeter {
  private static final long NOT_YET = -1;

  private final Consumer<CallReport> listener;
  private final CallStart call;
  private final long start = System.nanoTime();
  private final AtomicLong queue = new AtomicLong(NOT_YET);
  private final LongAdder tokenization = new LongAdder();
  private final LongAdder inference = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final AtomicBoolean finished = new AtomicBoolean();
  private volatile long ready = start;

  CallMeter(Consumer<CallReport> listener, CallStart call) {
    this.listener = listener;
    this.call = call;
  }

  /** Tells nobody. */
  static CallMeter silent() {
    return new CallMeter(report -> {}, new CallStart("", 0, false));
  }

  /** Texts became tokens since then; what follows is waiting. */
  void tokenized(long since) {
    long now = System.nanoTime();
    tokenization.add(now - since);
    ready = now;
  }

  /** A run begins. */
  void runStarted() {
    if (queue.get() == NOT_YET) {
      queue.compareAndSet(NOT_YET, System.nanoTime() - ready);
    }
  }

  /** A run, shared with other calls or not, is over. */
  void ran(long nanos, long tokensOfCall) {
    inference.add(nanos);
    tokens.add(tokensOfCall);
  }

  /** The call is over; what is said first counts. */
  void finish(@Nullable Throwable failure) {
    if (!finished.compareAndSet(false, true)) {
      return;
    }
    listener.accept(
        new CallReport(
            call,
            Duration.ofNanos(System.nanoTime() - start),
            Duration.ofNanos(Math.max(0, queue.get())),
            Duration.ofNanos(tokenization.sum()),
            Duration.ofNanos(inference.sum()),
            tokens.sum(),
            failure));
  }
}
