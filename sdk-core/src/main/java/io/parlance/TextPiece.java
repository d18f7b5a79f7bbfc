package io.parlance;

/**
 * A part of a text, and what a model made of it.
 *
 * @param start first UTF-16 unit of the part in the source text
 * @param end the unit after its last
 * @param partial whether it is less than a sentence, because the sentence was too long for the
 *     model, or because the model lost something that was to be kept
 * @param generation what the model wrote, with its score and the reason why it ended
 */
public record TextPiece(int start, int end, boolean partial, Generation generation) {
  /**
   * Whether the model read all of the part and ended by itself, rather than at a limit of length or
   * time.
   */
  public boolean isComplete() {
    return !generation.truncated()
        && generation.finishReason() != FinishReason.LENGTH
        && generation.finishReason() != FinishReason.TIME;
  }
}
