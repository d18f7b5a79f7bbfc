package io.parlance;

import org.jspecify.annotations.Nullable;

/**
 * What became of one of many documents: a result, or the reason why there is none.
 *
 * @param index place of the document among those that were given, from 0
 * @param result the result, or null where the document failed
 * @param error why it failed, or null where it did not
 */
public record DocumentResult<R>(long index, @Nullable R result, @Nullable NlpException error) {
  public DocumentResult {
    if ((result == null) == (error == null)) {
      throw new IllegalArgumentException(
          "document " + index + " must have either a result or an error");
    }
  }

  /** Whether there is a result. */
  public boolean succeeded() {
    return result != null;
  }

  /**
   * The result.
   *
   * @throws NlpException the reason why there is none
   */
  public R get() {
    if (result != null) {
      return result;
    }
    if (error != null) {
      throw error;
    }
    throw new AssertionError("one of both is there");
  }
}
