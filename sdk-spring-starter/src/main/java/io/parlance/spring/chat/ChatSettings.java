package io.parlance.spring.chat;

import io.parlance.InvalidInputException;
import io.parlance.task.TextGenerator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings that chats of other libraries have. What is null is left to the model's {@code
 * generation_config.json}.
 *
 * @param maxTokens of the answer
 * @param temperature 0 takes the likeliest token, as those libraries mean it
 * @param topP see {@link TextGenerator#topP}
 * @param topK see {@link TextGenerator#topK}
 * @param stop texts at which an answer ends
 * @param frequencyPenalty refused unless it is 0
 * @param presencePenalty refused unless it is 0
 */
public record ChatSettings(
    @Nullable Integer maxTokens,
    @Nullable Double temperature,
    @Nullable Double topP,
    @Nullable Integer topK,
    @Nullable List<String> stop,
    @Nullable Double frequencyPenalty,
    @Nullable Double presencePenalty) {

  /**
   * A generator with these settings.
   *
   * @throws InvalidInputException if one of them is not supported, or has a wrong value
   */
  public TextGenerator applyTo(TextGenerator generator) {
    refuse("frequency penalty", frequencyPenalty);
    refuse("presence penalty", presencePenalty);
    TextGenerator set = generator;
    if (maxTokens != null) {
      set = set.maxNewTokens(maxTokens);
    }
    if (topP != null) {
      set = set.topP(topP);
    }
    if (topK != null) {
      set = set.topK(topK);
    }
    if (temperature != null) {
      set = temperature == 0 ? set.greedy() : set.temperature(temperature);
    }
    if (stop != null && !stop.isEmpty()) {
      set = set.stopStrings(stop.toArray(String[]::new));
    }
    return set;
  }

  private static void refuse(String name, @Nullable Double value) {
    if (value != null && value != 0) {
      throw new InvalidInputException(
          "a "
              + name
              + " of "
              + value
              + " is not supported; leave it out, and set repetition_penalty in the model's"
              + " generation_config.json");
    }
  }
}
