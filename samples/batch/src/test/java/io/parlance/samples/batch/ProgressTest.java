package io.parlance.samples.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream messages = new PrintStream(written, true, StandardCharsets.UTF_8);
  private final AtomicLong nanos = new AtomicLong();

  private String written() {
    return written.toString(StandardCharsets.UTF_8);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void aLineNowAndThenTellsRateAndTimeLeft() {
    Progress progress = new Progress(messages, false, nanos::get);
    progress.start(10_000, 2_000);
    pass(Duration.ofSeconds(5));
    progress.done(500);
    assertThat(written()).isEmpty();
    pass(Duration.ofSeconds(5));
    progress.skipped();
    progress.done(499);
    assertThat(written().strip())
        .isEqualTo("2,501 of 10,000 documents (25.0 %), 50.1 a second, 1 skipped, 0:02:30 left");
    pass(Duration.ofSeconds(10));
    progress.done(0);
    assertThat(written().lines().reduce((a, b) -> b))
        .hasValue("3,000 of 10,000 documents (30.0 %), 50.0 a second, 1 skipped, 0:02:20 left");
    progress.done(7_000);
    progress.end();
    assertThat(written().lines().reduce((a, b) -> b))
        .hasValue("10,000 of 10,000 documents (100.0 %), 400.0 a second, 1 skipped");
  }

  @Test
  void aTerminalHasOneLine() {
    Progress progress = new Progress(messages, true, nanos::get);
    progress.start(100, 0);
    pass(Duration.ofSeconds(1));
    progress.done(1);
    pass(Duration.ofSeconds(1));
    progress.done(99);
    progress.end();
    assertThat(written()).startsWith("\r1 of 100 documents (1.0 %), 1.0 a second, 0:01:39 left\r");
    assertThat(written().strip().split("\r")).hasSize(2);
    assertThat(written()).endsWith(System.lineSeparator());
  }

  @Test
  void nothingToDoIsAllDone() {
    Progress progress = new Progress(messages, false, nanos::get);
    progress.start(0, 0);
    progress.end();
    assertThat(written()).startsWith("0 of 0 documents (100.0 %)");
  }
}
