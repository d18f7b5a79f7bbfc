package io.parlance.samples.web;

import io.parlance.ActivityListener;
import io.parlance.CallReport;
import io.parlance.CallStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** Tells a thread how long the parts of the calls took that it made itself. */
final class CallTimes implements ActivityListener {
  private final ThreadLocal<Recording> recordings = new ThreadLocal<>();

  /** Begins to listen to the calls of this thread, until it is closed. */
  Recording record() {
    Recording recording = new Recording();
    recordings.set(recording);
    return recording;
  }

  @Override
  public Consumer<CallReport> callStarted(CallStart call) {
    Recording recording = recordings.get();
    return recording == null ? report -> {} : recording::add;
  }

  /** The calls of one request. */
  final class Recording implements AutoCloseable {
    private final long start = System.nanoTime();
    private final List<CallReport> reports = new ArrayList<>(); // guarded by this

    private synchronized void add(CallReport report) {
      reports.add(report);
    }

    /** What is known so far. */
    synchronized Timings timings() {
      long tokens = reports.stream().mapToLong(CallReport::tokens).sum();
      return new Timings(
          milliseconds(Duration.ofNanos(System.nanoTime() - start).toNanos()),
          part(report -> report.queue().toNanos()),
          part(report -> report.tokenization().toNanos()),
          part(report -> report.inference().toNanos()),
          tokens,
          !reports.isEmpty() && tokens == 0);
    }

    private double part(ToLongFunction<CallReport> nanoseconds) {
      return milliseconds(reports.stream().mapToLong(nanoseconds).sum());
    }

    private static double milliseconds(long nanoseconds) {
      return Math.round(nanoseconds / 1e3) / 1e3;
    }

    @Override
    public void close() {
      recordings.remove();
    }
  }

  /**
   * How long a request took.
   *
   * @param totalMs from when the model was free for it, in milliseconds
   * @param queueMs of that, waiting for a run
   * @param tokenizationMs of that, texts to tokens
   * @param inferenceMs of that, the model
   * @param tokens read and written
   * @param cached whether the result was remembered from an earlier request
   */
  record Timings(
      double totalMs,
      double queueMs,
      double tokenizationMs,
      double inferenceMs,
      long tokens,
      boolean cached) {}
}
