package io.parlance;

import org.jspecify.annotations.Nullable;

/** A text, tensor or option that was passed is not acceptable. The model stays usable. */
public final class InvalidInputException extends NlpException {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, what was found, what was expected and what to do next. */
  public InvalidInputException(String message) {
    super(message);
  }

  /** As {@link #InvalidInputException(String)}, with what caused it. */
  public InvalidInputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
