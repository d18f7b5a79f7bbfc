package io.parlance;

import org.jspecify.annotations.Nullable;

/**
 * Root of everything that Parlance throws on purpose. Subclasses tell what a caller can do about
 * it: choose another model, correct the input, give more time, add a library.
 */
public class NlpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * An error with a message that names the thing, what was found, what was expected and what to do.
   */
  public NlpException(String message) {
    super(message);
  }

  /** As {@link #NlpException(String)}, with what caused it. */
  public NlpException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
