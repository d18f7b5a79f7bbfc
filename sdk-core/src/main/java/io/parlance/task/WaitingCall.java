package io.parlance.task;

import io.parlance.runtime.RunControl;
import io.parlance.tokenizers.Encoding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** An asynchronous call between its submission and the last run of its windows. */
final class WaitingCall<W> {
  private final Encoder encoder;
  private final EncoderTask<W, ?> task;
  private final RunControl control;
  private final CallMeter meter;
  private final List<WaitingWindow> windows = new ArrayList<>();
  private final AtomicReferenceArray<@Nullable W> read;
  private final AtomicInteger missing;
  private final CompletableFuture<List<W>> values = new CompletableFuture<>();

  WaitingCall(
      Encoder encoder,
      EncoderTask<W, ?> task,
      List<Encoding> encodings,
      RunControl control,
      CallMeter meter) {
    this.encoder = encoder;
    this.task = task;
    this.control = control;
    this.meter = meter;
    for (int place = 0; place < encodings.size(); place++) {
      windows.add(new WaitingWindow(this, place, encodings.get(place)));
    }
    read = new AtomicReferenceArray<>(encodings.size());
    missing = new AtomicInteger(encodings.size());
  }

  Encoder encoder() {
    return encoder;
  }

  EncoderTask<W, ?> task() {
    return task;
  }

  CallMeter meter() {
    return meter;
  }

  List<WaitingWindow> waitingWindows() {
    return windows;
  }

  CompletableFuture<List<W>> values() {
    return values;
  }

  /** Whether there is a result, or nobody wants one any more. */
  boolean isOver() {
    return values.isDone();
  }

  /** Fails the call as soon as its control stops it. */
  void watch() {
    control.failWhenStopped(values);
  }

  void fail(Throwable reason) {
    values.completeExceptionally(reason);
  }

  void read(EncoderOutputs outputs, int row, int place, Encoding encoding) {
    if (isOver()) {
      return;
    }
    try {
      read.set(place, task.read(outputs, row, encoding));
    } catch (RuntimeException | Error e) {
      fail(e);
      return;
    }
    if (missing.decrementAndGet() == 0) {
      List<W> all = new ArrayList<>(read.length());
      for (int i = 0; i < read.length(); i++) {
        W value = read.get(i);
        if (value == null) {
          throw new AssertionError("every window was read");
        }
        all.add(value);
      }
      values.complete(all);
    }
  }
}
