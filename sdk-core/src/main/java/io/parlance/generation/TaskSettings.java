package io.parlance.generation;

/**
 * What a model is to be told for one of the tasks it was trained for.
 *
 * @param prefix what is written before each text, such as {@code "summarize: "}
 * @param options over those of the model
 */
public record TaskSettings(String prefix, GenerationOptions options) {
  /** The name of every task that a model has no settings for. */
  static final String ANY = "";
}
