package io.parlance;

import java.util.List;

/**
 * What a model wrote after a prompt.
 *
 * @param sequences the answers, best first; one unless more were asked for
 * @param promptTokens tokens of the prompt that the model read, or of the source where it has an
 *     encoder
 * @param truncated whether the prompt was longer, so that its beginning was not read
 */
public record Generation(List<GeneratedText> sequences, int promptTokens, boolean truncated) {
  public Generation {
    sequences = List.copyOf(sequences);
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("a generation has at least one sequence");
    }
  }

  /** The best answer. */
  public GeneratedText best() {
    return sequences.get(0);
  }

  /** The text of the best answer. */
  public String text() {
    return best().text();
  }

  /** The tokens of the best answer, the end token included. */
  public List<Integer> tokenIds() {
    return best().tokenIds();
  }

  /** Why the best answer ended. */
  public FinishReason finishReason() {
    return best().finishReason();
  }
}
