package io.parlance.samples.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a file or of standard input, as bytes: a line that is not UTF-8 is that line's error and
 * no reason to stop. Empty lines are passed over but counted, a byte order mark at the start is
 * passed over, gzip is recognized by its first bytes.
 */
final class LineReader implements Closeable {

  private static final int BUFFER = 1 << 16;

  /**
   * One line without its end.
   *
   * @param number its place in the input, the first is 1
   * @param bytes what it holds
   */
  record RawLine(long number, byte[] bytes) {}

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int position;
  private int limit;
  private long number;

  private LineReader(InputStream in) {
    this.in = in;
  }

  /** Reads what another program writes, as it comes. */
  static LineReader of(InputStream in) {
    return new LineReader(in);
  }

  /** Reads a file. */
  static LineReader open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new RefusedException("cannot read " + file + ": it is a folder");
    }
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    in.mark(2);
    boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return new LineReader(gzip ? new GZIPInputStream(in, BUFFER) : in);
  }

  /** The next line that holds anything but white space; null at the end of the input. */
  @Nullable RawLine next() throws IOException {
    while (position < limit || fill()) {
      byte[] line = readLine();
      number++;
      int start = number == 1 ? byteOrderMark(line) : 0;
      int end = line.length;
      while (end > start && line[end - 1] <= ' ' && line[end - 1] >= 0) {
        end--;
      }
      if (end > start) {
        byte[] kept =
            start == 0 && end == line.length ? line : Arrays.copyOfRange(line, start, end);
        return new RawLine(number, kept);
      }
    }
    return null;
  }

  /** Whether more input is at hand without waiting for who writes it. */
  boolean ready() throws IOException {
    return position < limit || in.available() > 0;
  }

  private byte[] readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    do {
      for (int i = position; i < limit; i++) {
        if (buffer[i] == '\n') {
          line.write(buffer, position, i - position);
          position = i + 1;
          return line.toByteArray();
        }
      }
      line.write(buffer, position, limit - position);
      position = limit;
    } while (fill());
    return line.toByteArray();
  }

  private boolean fill() throws IOException {
    int count = in.read(buffer, 0, buffer.length);
    position = 0;
    limit = Math.max(0, count);
    return count > 0;
  }

  private static int byteOrderMark(byte[] line) {
    return line.length >= 3
            && line[0] == (byte) 0xEF
            && line[1] == (byte) 0xBB
            && line[2] == (byte) 0xBF
        ? 3
        : 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
