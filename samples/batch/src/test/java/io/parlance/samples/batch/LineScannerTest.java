package io.parlance.samples.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineScannerTest {
  @TempDir private Path folder;

  private List<LinePosition> scan(byte[] content, int longest) throws IOException {
    Path file = folder.resolve("lines");
    Files.write(file, content);
    List<LinePosition> lines = new ArrayList<>();
    try (LineScanner scanner = new LineScanner(file, longest)) {
      for (LinePosition line = scanner.next(); line != null; line = scanner.next()) {
        byte[] kept = scanner.line();
        assertThat(kept == null).isEqualTo(line.length() > longest);
        if (kept != null) {
          assertThat(kept).isEqualTo(bytes(content, line));
        }
        lines.add(line);
      }
    }
    return lines;
  }

  private static byte[] bytes(byte[] content, LinePosition line) {
    return Arrays.copyOfRange(content, (int) line.start(), (int) line.start() + line.length());
  }

  @Test
  void positionsAreThoseOfTheLines() throws IOException {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      // some lines are longer than the scanner's buffer
      String line = i % 7 == 0 ? " ".repeat(i % 3) : "é" + "x".repeat(random.nextInt(i * i + 1));
      text.append(line).append(i % 5 == 0 ? "\r\n" : "\n");
      if (!line.isBlank()) {
        expected.add((i + 1) + ":" + line + (i % 5 == 0 ? "\r" : ""));
      }
    }
    byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);
    List<String> found = new ArrayList<>();
    for (LinePosition line : scan(content, 1 << 30)) {
      byte[] bytes = bytes(content, line);
      CRC32C checksum = new CRC32C();
      checksum.update(bytes);
      assertThat(line.checksum()).isEqualTo(checksum.getValue());
      found.add(line.number() + ":" + new String(bytes, StandardCharsets.UTF_8));
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void theLastLineNeedsNoEndAndAByteOrderMarkIsNoPartOfTheFirst() throws IOException {
    byte[] content = "\uFEFFone\ntwo".getBytes(StandardCharsets.UTF_8);
    assertThat(scan(content, 10)).extracting(LinePosition::start).containsExactly(3L, 7L);
    assertThat(scan(new byte[0], 10)).isEmpty();
    assertThat(scan("\n\n".getBytes(StandardCharsets.UTF_8), 10)).isEmpty();
  }

  @Test
  void linesThatAreTooLongAreNotKept() throws IOException {
    byte[] content = ("x".repeat(200_000) + "\nshort\n").getBytes(StandardCharsets.UTF_8);
    assertThat(scan(content, 100)).extracting(LinePosition::length).containsExactly(200_000, 5);
  }
}
