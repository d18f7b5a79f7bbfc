package io.parlance;

import org.jspecify.annotations.Nullable;

/**
 * A model was found but cannot be used: a broken or truncated file, or parts that do not fit
 * together or the task.
 */
public final class ModelUnusableException extends NlpException {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, what was found, what was expected and what to do next. */
  public ModelUnusableException(String message) {
    super(message);
  }

  /** As {@link #ModelUnusableException(String)}, with what caused it. */
  public ModelUnusableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
