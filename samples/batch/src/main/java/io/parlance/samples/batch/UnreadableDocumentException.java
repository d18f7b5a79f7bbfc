package io.parlance.samples.batch;

import org.jspecify.annotations.Nullable;

/** A document has no text that can be processed. It is skipped, and the job goes on. */
final class UnreadableDocumentException extends Exception {
  private static final long serialVersionUID = 1L;

  private final SkipCause why;

  UnreadableDocumentException(SkipCause why, String message) {
    this(why, message, null);
  }

  UnreadableDocumentException(SkipCause why, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.why = why;
  }

  SkipCause why() {
    return why;
  }
}
