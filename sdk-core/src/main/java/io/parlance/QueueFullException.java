package io.parlance;

/**
 * More asynchronous calls wait than the queue may hold: the service is asked for more than it can
 * do. Try again later, or pass the refusal on to who asked.
 */
public class QueueFullException extends NlpException {
  private static final long serialVersionUID = 1L;

  /** An error that names the bound. */
  public QueueFullException(String message) {
    super(message);
  }
}
