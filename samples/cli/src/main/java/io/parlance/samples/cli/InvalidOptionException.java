package io.parlance.samples.cli;

/** An option of a task that does not exist or has a value it cannot have. */
final class InvalidOptionException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InvalidOptionException(String message) {
    super(message);
  }
}
