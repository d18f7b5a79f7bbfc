package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DownloadDisplayTest {

  @Test
  void namesEachFile() {
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    DownloadDisplay display =
        new DownloadDisplay(
            new Streams(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                new PrintStream(messages, true, StandardCharsets.UTF_8),
                0,
                false));
    display.progress("config.json", 120, 120);
    display.progress("config.json", 120, 120);
    display.progress("model.onnx", 1_000_000, 4_000_000);
    display.progress("model.onnx", 2_000_000, 4_000_000);
    display.progress("model.onnx", 4_000_000, 4_000_000);
    assertThat(messages.toString(StandardCharsets.UTF_8).lines())
        .hasSize(3)
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("config.json 120/120: 0.0 MB"),
            line -> assertThat(line).startsWith("model.onnx 1000000/4000000: 4.0 MB"),
            line -> assertThat(line).startsWith("model.onnx 4000000/4000000: 4.0 MB"));
  }
}
