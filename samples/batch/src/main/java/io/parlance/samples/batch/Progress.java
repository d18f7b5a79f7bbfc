package io.parlance.samples.batch;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Says how many documents are done, how fast, and when the rest will be: on a line that is written
 * over at a terminal, else on a new line now and then. Thread-safe.
 */
final class Progress {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
  private static final Duration BETWEEN_DRAWINGS = Duration.ofMillis(200);

  private final PrintStream messages;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private long total; // this and what follows guarded by this
  private long before;
  private long done;
  private long skipped;
  private long start;
  private long lastDrawn;
  private int drawn; // characters on the line
  private long told; // documents that the last line spoke of, or -1

  /**
   * Says nothing yet.
   *
   * @param terminal whether a line can be written over
   */
  Progress(PrintStream messages, boolean terminal, LongSupplier nanoTime) {
    this.messages = messages;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
  }

  /**
   * Begins.
   *
   * @param documents of the run
   * @param processed those of them that were processed before the run was started again
   */
  synchronized void start(long documents, long processed) {
    total = documents;
    before = processed;
    done = 0;
    skipped = 0;
    start = nanoTime.getAsLong();
    lastDrawn = start;
    drawn = 0;
    told = -1;
  }

  /** So many more documents have results. */
  synchronized void done(long documents) {
    done += documents;
    draw(false);
  }

  /** One more document was skipped. */
  synchronized void skipped() {
    skipped++;
    draw(false);
  }

  /** Ends with what was reached. */
  synchronized void end() {
    if (told != done + skipped) {
      draw(true);
    }
    if (drawn > 0) {
      messages.println();
      drawn = 0;
    }
  }

  /** Documents with results since the start. */
  synchronized long done() {
    return done;
  }

  /** Documents that were skipped since the start. */
  synchronized long skips() {
    return skipped;
  }

  private void draw(boolean last) {
    long now = nanoTime.getAsLong();
    Duration pause = terminal ? BETWEEN_DRAWINGS : BETWEEN_LINES;
    if (!last && now - lastDrawn < pause.toNanos()) {
      return;
    }
    lastDrawn = now;
    told = done + skipped;
    String line = line(now);
    if (terminal) {
      messages.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
      messages.flush();
      drawn = line.length();
    } else {
      messages.println(line);
    }
  }

  private String line(long now) {
    long processed = done + skipped;
    double seconds = Math.max(1e-9, (now - start) / 1e9);
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%,d of %,d documents (%.1f %%), %,.1f a second",
            before + processed,
            total,
            total == 0 ? 100 : 100.0 * (before + processed) / total,
            processed / seconds));
    if (skipped > 0) {
      line.append(String.format(Locale.ROOT, ", %,d skipped", skipped));
    }
    long left = total - before - processed;
    if (processed > 0 && left > 0) {
      line.append(", ").append(clock((long) Math.ceil(seconds / processed * left))).append(" left");
    }
    return line.toString();
  }

  private static String clock(long seconds) {
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
