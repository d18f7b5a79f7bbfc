package io.parlance.samples.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The texts of files one by one, in bounded memory: each line of a text file, one field of each
 * line of a JSON Lines file (named {@code .jsonl} or {@code .json}), both plain or gzip.
 */
final class TextFiles implements Iterator<String>, AutoCloseable {

  private final Deque<Path> waiting;
  private final String field;
  private @Nullable Path file;
  private @Nullable LineReader lines;
  private @Nullable String next;

  /**
   * @param files read in this order
   * @param field what holds the text in JSON Lines
   */
  TextFiles(List<Path> files, String field) {
    this.waiting = new ArrayDeque<>(files);
    this.field = field;
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      next = read();
    }
    return next != null;
  }

  @Override
  public String next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    String text = next;
    next = null;
    return text;
  }

  private @Nullable String read() {
    try {
      while (lines != null || !waiting.isEmpty()) {
        if (lines == null) {
          file = waiting.remove();
          lines = LineReader.open(file);
        }
        LineReader.RawLine line = lines.next();
        if (line != null) {
          return text(line);
        }
        lines.close();
        lines = null;
      }
      return null;
    } catch (IOException e) {
      throw new RefusedException("cannot read " + file + ": " + Failure.reason(e), e);
    }
  }

  private String text(LineReader.RawLine line) {
    try {
      return isJson()
          ? Line.parse(line).text(field)
          : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line.bytes())).toString();
    } catch (InvalidLineException e) {
      throw new RefusedException(file + ", line " + line.number() + ": " + e.getMessage(), e);
    } catch (CharacterCodingException e) {
      throw new RefusedException(file + ", line " + line.number() + ": not valid UTF-8", e);
    }
  }

  private boolean isJson() {
    return String.valueOf(file).matches(".*\\.jsonl?(\\.gz)?");
  }

  @Override
  public void close() throws IOException {
    if (lines != null) {
      lines.close();
    }
  }
}
