package io.parlance.samples.batch;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.listener.SkipListener;
import org.springframework.batch.core.step.skip.SkipPolicy;

/**
 * Skips documents: each one becomes a row with its cause, in the transaction of its chunk.
 * Thread-safe.
 */
final class Skips implements SkipPolicy, SkipListener<PendingDocument, LoadedDocument> {
  private final Documents documents;
  private final Progress progress;
  private final @Nullable Long limit;
  private final AtomicLong skipped = new AtomicLong();

  /**
   * Counts from 0.
   *
   * @param limit the most documents to skip, or null for any number
   */
  Skips(Documents documents, Progress progress, @Nullable Long limit) {
    this.documents = documents;
    this.progress = progress;
    this.limit = limit;
  }

  @Override
  public boolean shouldSkip(Throwable failure, long skipsOfStep) {
    return failure instanceof UnreadableDocumentException;
  }

  @Override
  public void onSkipInProcess(PendingDocument document, Throwable failure) {
    if (!(failure instanceof UnreadableDocumentException unreadable)) {
      throw new IllegalArgumentException("not to be skipped", failure);
    }
    skip(document.id(), document.name(), unreadable.why(), "" + failure.getMessage());
  }

  /**
   * Skips a document.
   *
   * @throws TooManySkipsException if it is one too many
   */
  void skip(long id, String name, SkipCause cause, String message) {
    if (limit != null && skipped.incrementAndGet() > limit) {
      throw new TooManySkipsException(limit, name, message);
    }
    documents.skipped(id, name, cause, message);
    AfterCommit.run(progress::skipped);
  }
}
