package io.parlance.samples.batch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The lines of a file with a JSON object in each. Lines of white space are no documents. */
final class JsonLinesSource implements DocumentSource, AutoCloseable {
  /** A character takes at most six bytes, as an escape. */
  private static final int BYTES_PER_CHARACTER = 6;

  private static final int OTHER_FIELDS = 1 << 16;

  private final Path file;
  private final JsonLine json;
  private final int maximumCharacters;
  private @Nullable FileChannel channel; // guarded by this

  JsonLinesSource(Path file, JsonLine json, int maximumCharacters) {
    this.file = file;
    this.json = json;
    this.maximumCharacters = maximumCharacters;
  }

  /** The longest line that is looked into. */
  private int longestLine() {
    return (int)
        Math.min(
            Integer.MAX_VALUE / 2, (long) BYTES_PER_CHARACTER * maximumCharacters + OTHER_FIELDS);
  }

  @Override
  public Listing list() throws IOException {
    LineScanner lines = new LineScanner(file, longestLine());
    return new Listing() {
      private @Nullable LinePosition next = lines.next();

      @Override
      public boolean hasNext() {
        return next != null;
      }

      @Override
      public FoundDocument next() {
        LinePosition line = next;
        if (line == null) {
          throw new NoSuchElementException();
        }
        FoundDocument found = new FoundDocument(nameOf(line, lines.line()), line);
        next = lines.next();
        return found;
      }

      @Override
      public void close() throws IOException {
        lines.close();
      }
    };
  }

  private String nameOf(LinePosition line, byte @Nullable [] bytes) {
    String id = bytes == null ? null : json.id(bytes);
    return id == null || id.length() > FoundDocument.LONGEST_NAME
        ? FoundDocument.nameOfLine(line.number())
        : id;
  }

  @Override
  public String read(PendingDocument document) throws UnreadableDocumentException, IOException {
    LinePosition line = document.line();
    if (line == null) {
      throw new IllegalStateException(document + " of " + file + " has no line");
    }
    if (line.length() > longestLine()) {
      throw new UnreadableDocumentException(
          SkipCause.TOO_LONG, TikaText.tooLong("line " + line.number(), maximumCharacters));
    }
    byte[] bytes = bytesOf(line);
    String text = json.text(bytes);
    if (text.length() > maximumCharacters) {
      throw new UnreadableDocumentException(
          SkipCause.TOO_LONG, TikaText.tooLong("the text", maximumCharacters));
    }
    return text;
  }

  private byte[] bytesOf(LinePosition line) throws UnreadableDocumentException, IOException {
    ByteBuffer bytes = ByteBuffer.allocate(line.length());
    FileChannel from = channel();
    while (bytes.hasRemaining()) {
      if (from.read(bytes, line.start() + bytes.position()) < 0) {
        break;
      }
    }
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.array(), 0, bytes.position());
    if (bytes.hasRemaining() || checksum.getValue() != line.checksum()) {
      throw new UnreadableDocumentException(
          SkipCause.CHANGED,
          "line " + line.number() + " is not what it was when the run began; run again");
    }
    return bytes.array();
  }

  private synchronized FileChannel channel() throws IOException {
    FileChannel open = channel;
    // a thread that is interrupted while it reads closes the channel of all
    if (open == null || !open.isOpen()) {
      open = FileChannel.open(file, StandardOpenOption.READ);
      channel = open;
    }
    return open;
  }

  @Override
  public synchronized void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
