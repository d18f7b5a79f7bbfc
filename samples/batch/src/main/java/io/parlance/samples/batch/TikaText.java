package io.parlance.samples.batch;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.exception.WriteLimitReachedException;
import org.apache.tika.exception.ZeroByteFileException;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.parser.AutoDetectParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.sax.BodyContentHandler;
import org.xml.sax.SAXException;

/** The text of files of any kind that Apache Tika knows. Thread-safe. */
final class TikaText {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Parser parser = new AutoDetectParser();
  private final int maximumCharacters;

  // A file can keep a parser busy for ever. What does not come back in time is left behind.
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "tika");
            thread.setDaemon(true);
            return thread;
          });

  TikaText(int maximumCharacters) {
    this.maximumCharacters = maximumCharacters;
  }

  /**
   * Reads a file.
   *
   * @throws UnreadableDocumentException if nothing can be read in it
   */
  String read(Path file) throws UnreadableDocumentException {
    Metadata metadata = new Metadata();
    Future<String> parsing = threads.submit(() -> parse(file, metadata));
    try {
      return parsing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new UnreadableDocumentException(
          SkipCause.TIMEOUT,
          described(metadata) + " was not read within " + PATIENCE.toSeconds() + " s",
          e);
    } catch (ExecutionException e) {
      throw unreadable(metadata, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + file + " was read", e);
    } finally {
      parsing.cancel(true);
    }
  }

  private String parse(Path file, Metadata metadata)
      throws IOException, TikaException, SAXException {
    BodyContentHandler handler = new BodyContentHandler(maximumCharacters);
    try (TikaInputStream stream = TikaInputStream.get(file, metadata)) {
      parser.parse(stream, handler, metadata, new ParseContext());
    }
    return handler.toString();
  }

  private UnreadableDocumentException unreadable(Metadata metadata, Throwable failure) {
    if (failure instanceof OutOfMemoryError memory) {
      throw memory;
    }
    SkipCause why = SkipCause.NOT_READABLE;
    String message = described(metadata) + " cannot be read: " + reasonOf(failure);
    if (WriteLimitReachedException.isWriteLimitReached(failure)) {
      why = SkipCause.TOO_LONG;
      message = tooLong(described(metadata), maximumCharacters);
    } else if (failure instanceof EncryptedDocumentException) {
      why = SkipCause.ENCRYPTED;
      message = described(metadata) + " asks for a password";
    } else if (failure instanceof ZeroByteFileException) {
      why = SkipCause.NO_TEXT;
      message = "the file is empty";
    } else if (failure instanceof AccessDeniedException) {
      message = "the file may not be read by this user";
    }
    return new UnreadableDocumentException(why, message, failure);
  }

  static String tooLong(String what, int most) {
    return what + " has more than " + most + " characters; raise --max-characters or split it";
  }

  /** The kind of file as far as it is known. */
  private static String described(Metadata metadata) {
    String type = metadata.get(Metadata.CONTENT_TYPE);
    return type == null ? "the file" : "the file (" + type + ")";
  }

  private static String reasonOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null
        ? root.getClass().getSimpleName()
        : root.getClass().getSimpleName() + ": " + root.getMessage();
  }
}
