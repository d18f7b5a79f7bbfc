package io.parlance;

/**
 * A part of a context that answers a question.
 *
 * @param text the context from start to end; empty where there is no answer
 * @param score probability that the answer begins where it does times that it ends where it does,
 *     among the tokens of its window
 * @param start first UTF-16 unit in the caller's context
 * @param end UTF-16 unit after the last
 */
public record Answer(String text, double score, int start, int end) {
  /** Whether this says that the context has no answer. */
  public boolean isEmpty() {
    return text.isEmpty();
  }
}
