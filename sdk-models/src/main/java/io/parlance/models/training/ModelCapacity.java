package io.parlance.models.training;

import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import io.parlance.models.architecture.PretrainedModel;

/** Refuses data that a model is too small for, before native code sees it. */
final class ModelCapacity {

  private ModelCapacity() {}

  /**
   * Checks a model's tables.
   *
   * @param vocabularySize the number of different token ids
   * @param longest the tokens of the longest sequence
   */
  static void require(PretrainedModel model, int vocabularySize, int longest) {
    JsonObject config = model.configuration();
    require(
        config,
        "vocab_size",
        vocabularySize,
        "the tokenizer has %d tokens; take the model's own tokenizer");
    long positions = model.maximumLength().orElse(longest);
    if (positions < longest) {
      throw new InvalidInputException(
          "the model has "
              + positions
              + " positions (max_position_embeddings), but the longest text has "
              + longest
              + " tokens; choose a smaller maximum length");
    }
  }

  private static void require(JsonObject config, String key, int needed, String message) {
    if (config.has(key) && config.get(key).getAsLong() < needed) {
      throw new InvalidInputException(
          "the model's "
              + key
              + " is "
              + config.get(key).getAsLong()
              + ", but "
              + message.formatted(needed));
    }
  }
}
