package io.parlance.generation;

/** Changes the scores of the next token. Each does what its namesake in transformers does. */
interface LogitsProcessor {
  /**
   * Changes scores in place.
   *
   * @param scores one for each token of the vocabulary
   * @param sequence the tokens before
   */
  void process(float[] scores, TokenSequence sequence);
}
