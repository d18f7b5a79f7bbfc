package io.parlance.samples.batch;

/** More documents must be skipped than {@code --skip-limit} allows. */
final class TooManySkipsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TooManySkipsException(long limit, String name, String message) {
    super(
        "more documents than --skip-limit "
            + limit
            + " must be skipped; the last of them is '"
            + name
            + "': "
            + message);
  }
}
