package io.parlance.task;

import io.parlance.ActivityListener;
import io.parlance.CallReport;
import io.parlance.CallStart;
import io.parlance.LoadReport;
import io.parlance.RunReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens at one task, told to those who listen. Thread-safe. */
final class TaskActivity {
  private static final Logger LOG = LoggerFactory.getLogger(TaskActivity.class);

  private final String task;
  private final List<ActivityListener> listeners;

  TaskActivity(String task, List<ActivityListener> listeners) {
    this.task = task;
    this.listeners = List.copyOf(listeners);
  }

  /** Makes a call whose caller waits. */
  <T> T call(int inputs, Function<CallMeter, T> body) {
    CallMeter meter = start(inputs, false);
    T result;
    try {
      result = body.apply(meter);
    } catch (RuntimeException | Error e) {
      meter.finish(e);
      throw e;
    }
    meter.finish(null);
    return result;
  }

  /** Begins a call; the meter is to be finished. */
  CallMeter start(int inputs, boolean asynchronous) {
    if (listeners.isEmpty()) {
      return new CallMeter(report -> {}, new CallStart(task, inputs, asynchronous));
    }
    CallStart start = new CallStart(task, inputs, asynchronous);
    List<Consumer<CallReport>> ends = new ArrayList<>(listeners.size());
    tell(listener -> ends.add(listener.callStarted(start)));
    return new CallMeter(report -> ends.forEach(end -> guard(end, report)), start);
  }

  /** A graph ran. */
  void ran(int rows, int tokens, int paddingTokens, long nanos) {
    if (!listeners.isEmpty()) {
      RunReport run = new RunReport(task, rows, tokens, paddingTokens, Duration.ofNanos(nanos));
      tell(listener -> listener.graphRan(run));
    }
  }

  /** Loads a model. */
  <L> L load(Supplier<L> opener) {
    long start = System.nanoTime();
    L loaded;
    try {
      loaded = opener.get();
    } catch (RuntimeException | Error e) {
      loaded(start, e);
      throw e;
    }
    loaded(start, null);
    return loaded;
  }

  private void loaded(long start, @Nullable Throwable failure) {
    LoadReport load = new LoadReport(task, Duration.ofNanos(System.nanoTime() - start), failure);
    tell(listener -> listener.modelLoaded(load));
  }

  private void tell(Consumer<ActivityListener> event) {
    listeners.forEach(listener -> guard(event, listener));
  }

  private static <T> void guard(Consumer<T> action, T argument) {
    try {
      action.accept(argument);
    } catch (RuntimeException e) {
      LOG.warn("a listener failed; the call goes on", e);
    }
  }
}
