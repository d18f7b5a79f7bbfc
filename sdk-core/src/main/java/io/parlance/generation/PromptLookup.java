package io.parlance.generation;

/**
 * Guesses that what followed the last tokens before follows them again: {@code
 * prompt_lookup_num_tokens} of transformers (Saxena 2023, prompt lookup decoding). Of several
 * places the one nearest to the end counts, and the longest run of equal tokens first.
 */
final class PromptLookup implements Drafter {
  private final int tokens;
  private final int longest;

  /**
   * Looks up.
   *
   * @param tokens guessed at a time
   * @param longest tokens that are compared at most
   */
  PromptLookup(int tokens, int longest) {
    this.tokens = tokens;
    this.longest = longest;
  }

  @Override
  public int[] propose(TokenSequence sequence, int most) {
    int end = sequence.length();
    for (int size = Math.min(longest, end - 1); size > 0; size--) {
      for (int start = end - size - 1; start >= 0; start--) {
        if (isRepeated(sequence, start, size)) {
          int from = start + size;
          int[] guess = new int[Math.min(Math.min(tokens, most), end - from)];
          for (int i = 0; i < guess.length; i++) {
            guess[i] = sequence.at(from + i);
          }
          return guess;
        }
      }
    }
    return new int[0];
  }

  private static boolean isRepeated(TokenSequence sequence, int start, int size) {
    int last = sequence.length() - size;
    for (int i = 0; i < size; i++) {
      if (sequence.at(start + i) != sequence.at(last + i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void checked(int proposed, int right) {}

  @Override
  public void close() {}
}
