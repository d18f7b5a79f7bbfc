package io.parlance.generation;

/**
 * Guesses how a sequence goes on, so that the model can check several tokens in one run. What it
 * guesses decides how fast an answer comes, never what it is. Not thread-safe.
 */
interface Drafter extends AutoCloseable {
  /**
   * Guesses.
   *
   * @param sequence the prompt and what was chosen so far
   * @param most tokens that are of use
   * @return at most so many tokens, maybe none
   */
  int[] propose(TokenSequence sequence, int most);

  /** Says how many of the tokens proposed last were right. */
  void checked(int proposed, int right);

  @Override
  void close();
}
