package io.parlance.samples.cli;

/** A line of the input that is not what the command reads. */
final class InvalidLineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InvalidLineException(String message) {
    super(message);
  }
}
