package io.parlance;

import org.jspecify.annotations.Nullable;

/** The time that a call was given is over. The model stays usable. */
public final class DeadlineExceededException extends NlpException {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, what was found, what was expected and what to do next. */
  public DeadlineExceededException(String message) {
    super(message);
  }

  /** As {@link #DeadlineExceededException(String)}, with what caused it. */
  public DeadlineExceededException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
