package io.parlance;

import java.util.List;

/**
 * The entities of a text.
 *
 * @param entities in the order of the text
 * @param truncated whether the text was longer than a window and its end was not looked at
 * @param tokenCount tokens that the model saw, special tokens included; where windows overlap, or
 *     repeat special tokens, these count in each
 * @param untruncatedTokenCount tokens of the whole text, special tokens included
 * @param windowCount windows that the text was read in
 */
public record EntityExtraction(
    List<Entity> entities,
    boolean truncated,
    int tokenCount,
    int untruncatedTokenCount,
    int windowCount) {
  public EntityExtraction {
    entities = List.copyOf(entities);
  }
}
