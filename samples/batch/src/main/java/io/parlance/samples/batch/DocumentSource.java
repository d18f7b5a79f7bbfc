package io.parlance.samples.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Iterator;

/** Where documents come from. Thread-safe. */
interface DocumentSource {
  /** The documents of the input, one after the other. To be closed; for one thread. */
  interface Listing extends Iterator<FoundDocument>, AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /** Begins to list the documents. */
  Listing list() throws IOException;

  /**
   * The text of a document.
   *
   * @throws UnreadableDocumentException if it is to be skipped
   * @throws IOException if the input itself cannot be read, so that the job cannot go on
   */
  String read(PendingDocument document) throws UnreadableDocumentException, IOException;

  /** The source that the options name. */
  static DocumentSource of(JobOptions options) {
    return Files.isDirectory(options.input())
        ? new FolderSource(options.input(), new TikaText(options.maximumCharacters()))
        : new JsonLinesSource(
            options.input(),
            new JsonLine(options.idField(), options.textField()),
            options.maximumCharacters());
  }
}
