package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private final ByteArrayOutputStream messages = new ByteArrayOutputStream();
  private long now;

  private Progress start(int columns, long first) {
    Streams streams =
        new Streams(
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            new PrintStream(messages, true, StandardCharsets.UTF_8),
            columns,
            false);
    return new Progress(streams, "train", 100, first, () -> now);
  }

  private String messages() {
    return messages.toString(StandardCharsets.UTF_8);
  }

  @Test
  void withoutATerminalALineIsPrintedEveryTenSecondsAndAtTheEnd() {
    try (Progress progress = start(0, 20)) {
      for (long step = 21; step <= 100; step++) {
        now = Duration.ofSeconds(step - 20).toNanos();
        progress.step(step, "loss " + step);
      }
    }
    assertThat(messages().lines().toList())
        .containsExactly(
            "train 21/100: loss 21, 0:01:19 left",
            "train 31/100: loss 31, 0:01:09 left",
            "train 41/100: loss 41, 0:00:59 left",
            "train 51/100: loss 51, 0:00:49 left",
            "train 61/100: loss 61, 0:00:39 left",
            "train 71/100: loss 71, 0:00:29 left",
            "train 81/100: loss 81, 0:00:19 left",
            "train 91/100: loss 91, 0:00:09 left",
            "train 100/100: loss 100, 0:00:00 left");
  }

  @Test
  void aTerminalShowsABarThatTakesTheRoomThatFiguresLeave() {
    try (Progress progress = start(60, 0)) {
      now = Duration.ofSeconds(25).toNanos();
      progress.step(25, "loss 0.5", Duration.ofSeconds(75));
    }
    assertThat(lastLine())
        .isEqualTo("train 25/100 [======                ] 0:01:15 left, loss 0.5");
  }

  @Test
  void aNarrowTerminalShowsTheFigures() {
    try (Progress progress = start(30, 0)) {
      progress.step(100, "loss 0.5, something longer", Duration.ZERO);
    }
    assertThat(lastLine()).isEqualTo("train 100/100 0:00:00 left, lo");
  }

  private String lastLine() {
    String[] lines = messages().split("[\r\n]+");
    return lines[lines.length - 1];
  }
}
