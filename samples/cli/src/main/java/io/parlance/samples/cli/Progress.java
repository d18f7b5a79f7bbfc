package io.parlance.samples.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/**
 * How far long work has come: a moving bar at a terminal, now and then a line where there is none.
 */
final class Progress implements AutoCloseable {

  private static final int SHORTEST_BAR = 5;
  private static final int LONGEST_BAR = 40;
  private static final long NANOS_BETWEEN_LINES = Duration.ofSeconds(10).toNanos();

  private final String task;
  private final long total;
  private final long first;
  private final PrintStream messages;
  private final LongSupplier nanoTime;
  private final long start;
  private final @Nullable ProgressBar bar;
  private long lastLine;
  private volatile @Nullable Duration known; // read by the thread that draws the bar

  /**
   * Starts the display.
   *
   * @param task what is being done
   * @param total how many steps there are
   * @param first how many of them an earlier run has done
   */
  Progress(Streams streams, String task, long total, long first) {
    this(streams, task, total, first, System::nanoTime);
  }

  Progress(Streams streams, String task, long total, long first, LongSupplier nanoTime) {
    this.task = task;
    this.total = total;
    this.first = first;
    this.messages = streams.messages();
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.lastLine = start - NANOS_BETWEEN_LINES;
    this.bar = streams.columns() > 0 ? bar(streams.columns()) : null;
  }

  private ProgressBar bar(int columns) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .startsFrom(first, Duration.ZERO)
        .setRenderer(this::draw)
        .setConsumer(new ConsoleProgressBarConsumer(messages, columns))
        .build();
  }

  /** One line of figures; the bar takes what room they leave. */
  private String draw(ProgressState state, int width) {
    double share = (double) state.getCurrent() / Math.max(1, state.getMax());
    String count = String.format("%s %d/%d ", task, state.getCurrent(), state.getMax());
    String figures =
        timeLeft(state.getCurrent(), state.getMax(), state.getElapsedAfterStart())
                .map(time -> clock(time) + " left, ")
                .orElse("")
            + state.getExtraMessage();
    int room = Math.min(LONGEST_BAR, width - count.length() - figures.length() - 3);
    if (room >= SHORTEST_BAR) {
      int filled = (int) Math.round(share * room);
      count += "[" + "=".repeat(filled) + " ".repeat(room - filled) + "] ";
    }
    String line = count + figures;
    return line.length() <= width ? line : line.substring(0, width);
  }

  /** Tells how many steps are done and what is to be said beside it. */
  void step(long done, String figures) {
    step(done, figures, null);
  }

  /**
   * Tells how many steps are done and what is to be said beside it.
   *
   * @param left what the rest will take, where that is known better than from the steps so far
   */
  void step(long done, String figures, @Nullable Duration left) {
    known = left;
    if (bar != null) {
      bar.setExtraMessage(figures);
      bar.stepTo(done);
      return;
    }
    long now = nanoTime.getAsLong();
    if (done < total && now - lastLine < NANOS_BETWEEN_LINES) {
      return;
    }
    lastLine = now;
    String rest =
        timeLeft(done, total, Duration.ofNanos(now - start))
            .map(time -> ", " + clock(time) + " left")
            .orElse("");
    messages.println(task + " " + done + "/" + total + ": " + figures + rest);
  }

  /** Says something that stays on its own line. */
  void say(String message) {
    // a bar is redrawn below what is printed; blanks take away what stood on its line
    messages.println(
        bar == null ? message : "\r" + message + " ".repeat(Math.max(0, 78 - message.length())));
  }

  private Optional<Duration> timeLeft(long done, long of, Duration elapsed) {
    Duration better = known;
    if (better != null) {
      return Optional.of(better);
    }
    return done <= first || of < done
        ? Optional.empty()
        : Optional.of(
            Duration.ofNanos((long) ((double) elapsed.toNanos() / (done - first) * (of - done))));
  }

  private static String clock(Duration time) {
    return String.format(
        "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
