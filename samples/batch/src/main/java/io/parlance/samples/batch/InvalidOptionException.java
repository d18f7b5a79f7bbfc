package io.parlance.samples.batch;

/** What was asked for cannot be done; the message says what to change. */
final class InvalidOptionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidOptionException(String message) {
    super(message);
  }
}
