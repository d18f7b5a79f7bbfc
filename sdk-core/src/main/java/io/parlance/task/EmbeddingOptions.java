package io.parlance.task;

import io.parlance.Pooling;
import org.jspecify.annotations.Nullable;

/**
 * What vectors depend on besides model and text.
 *
 * @param pooling what makes one vector of many, or null for the model's own
 * @param normalize whether vectors get length 1, or null for the model's own
 * @param promptName the model's prompt that is put before a text, or null
 * @param prompt a prompt of the caller's own, or null
 * @param truncation how longer texts are cut
 */
record EmbeddingOptions(
    @Nullable Pooling pooling,
    @Nullable Boolean normalize,
    @Nullable String promptName,
    @Nullable String prompt,
    TruncationOptions truncation) {
  static final EmbeddingOptions DEFAULT =
      new EmbeddingOptions(null, null, null, null, TruncationOptions.DEFAULT);

  EmbeddingOptions withPooling(Pooling value) {
    return new EmbeddingOptions(value, normalize, promptName, prompt, truncation);
  }

  EmbeddingOptions withNormalize(boolean value) {
    return new EmbeddingOptions(pooling, value, promptName, prompt, truncation);
  }

  EmbeddingOptions withPromptName(String value) {
    return new EmbeddingOptions(pooling, normalize, value, null, truncation);
  }

  EmbeddingOptions withPrompt(String value) {
    return new EmbeddingOptions(pooling, normalize, null, value, truncation);
  }

  EmbeddingOptions withTruncation(TruncationOptions value) {
    return new EmbeddingOptions(pooling, normalize, promptName, prompt, value);
  }
}
