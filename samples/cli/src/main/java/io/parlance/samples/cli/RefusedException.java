package io.parlance.samples.cli;

import org.jspecify.annotations.Nullable;

/** The command cannot do what it was asked for; its message is all that the user needs to see. */
final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RefusedException(String message) {
    super(message);
  }

  RefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
