package io.parlance.samples.batch;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the lines of a file and tells where they are. Lines end with a line feed, which a
 * carriage return may precede; those with nothing but white space are passed over. Not thread-safe.
 */
final class LineScanner implements Closeable {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final int BUFFER = 1 << 16;

  private final InputStream in;
  private final int longest;
  private final byte[] buffer = new byte[BUFFER];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final CRC32C checksum = new CRC32C();
  private int position; // of the next byte in the buffer
  private int filled;
  private long bufferStart; // bytes of the file before the buffer
  private long number;
  private boolean tooLong;

  /**
   * Begins at the start of a file.
   *
   * @param longest the most bytes of a line that are kept
   */
  LineScanner(Path file, int longest) throws IOException {
    this.longest = longest;
    in = Files.newInputStream(file);
  }

  /** The next line, or null after the last. */
  @Nullable LinePosition next() {
    try {
      while (hasMore()) {
        LinePosition next = scan();
        if (next != null) {
          return next;
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of the line that {@link #next()} told of, or null where they are too many. */
  byte @Nullable [] line() {
    return tooLong ? null : line.toByteArray();
  }

  private boolean hasMore() throws IOException {
    if (position == filled) {
      bufferStart += filled;
      filled = Math.max(0, in.read(buffer));
      position = 0;
      if (bufferStart == 0 && startsWithMark()) {
        position = BYTE_ORDER_MARK.length;
      }
    }
    return position < filled;
  }

  private boolean startsWithMark() {
    for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
      if (filled <= i || buffer[i] != BYTE_ORDER_MARK[i]) {
        return false;
      }
    }
    return true;
  }

  /** Goes to the end of the line; null where there is nothing in it. */
  private @Nullable LinePosition scan() throws IOException {
    number++;
    line.reset();
    checksum.reset();
    tooLong = false;
    long start = bufferStart + position;
    long length = 0;
    boolean blank = true;
    boolean ended = false;
    while (!ended && hasMore()) {
      int from = position;
      while (position < filled && buffer[position] != '\n') {
        blank &= buffer[position] >= 0 && buffer[position] <= ' ';
        position++;
      }
      length += position - from;
      checksum.update(buffer, from, position - from);
      keep(from, length);
      ended = position < filled;
      if (ended) {
        position++;
      }
    }
    return blank
        ? null
        : new LinePosition(
            number, start, (int) Math.min(Integer.MAX_VALUE, length), checksum.getValue());
  }

  private void keep(int from, long length) {
    tooLong |= length > longest;
    if (!tooLong) {
      line.write(buffer, from, position - from);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
