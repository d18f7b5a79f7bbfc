package io.parlance;

import org.jspecify.annotations.Nullable;

/** A hub does not give the model to this caller: it wants a token, or a permission. */
public final class ModelAccessException extends NlpException {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, what was found, what was expected and what to do next. */
  public ModelAccessException(String message) {
    super(message);
  }

  /** As {@link #ModelAccessException(String)}, with what caused it. */
  public ModelAccessException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
