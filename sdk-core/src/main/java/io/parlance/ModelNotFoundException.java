package io.parlance;

import org.jspecify.annotations.Nullable;

/** There is no model where the source says: a missing folder, resource or graph file. */
public final class ModelNotFoundException extends NlpException {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, what was found, what was expected and what to do next. */
  public ModelNotFoundException(String message) {
    super(message);
  }

  /** As {@link #ModelNotFoundException(String)}, with what caused it. */
  public ModelNotFoundException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
