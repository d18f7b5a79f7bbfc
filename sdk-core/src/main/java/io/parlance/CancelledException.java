package io.parlance;

import org.jspecify.annotations.Nullable;

/** The call was cancelled, by its caller or because the model is being closed. */
public final class CancelledException extends NlpException {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, what was found, what was expected and what to do next. */
  public CancelledException(String message) {
    super(message);
  }

  /** As {@link #CancelledException(String)}, with what caused it. */
  public CancelledException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
