package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.tokenizers.Truncation;
import org.jspecify.annotations.Nullable;

/** The options by which texts that are too long are cut, with the reference's words. */
final class TruncationOptions {

  static final TaskOption TRUNCATION =
      TaskOption.word(
          "truncation",
          "Which text is cut when there are too many tokens; true means longest_first.",
          "true",
          "false",
          "longest_first",
          "only_first",
          "only_second",
          "do_not_truncate");

  static final TaskOption MAX_LENGTH =
      TaskOption.wholeNumber(
          "max_length",
          1,
          "Tokens to keep, special ones included; the model's limit if not given.");

  private TruncationOptions() {}

  /** What the options say, null where they say nothing. */
  static @Nullable Truncation truncation(JsonObject options) {
    String word = TaskOptions.word(options, TRUNCATION.name());
    if (word == null) {
      return null;
    }
    return switch (word) {
      case "true", "longest_first" -> Truncation.LONGEST_FIRST;
      case "only_first" -> Truncation.ONLY_FIRST;
      case "only_second" -> Truncation.ONLY_SECOND;
      default -> Truncation.DO_NOT_TRUNCATE;
    };
  }
}
