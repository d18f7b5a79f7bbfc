package io.parlance.task;

import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.TaskSettings;
import io.parlance.tokenizers.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model that translates from one language into one other; which they are is in {@code
 * tokenizer_config.json} or nowhere.
 */
final class FixedLanguages implements TranslationLanguages {
  private final GenerativeModel model;
  private final Tokenizer tokenizer;
  private final @Nullable String source;
  private final @Nullable String target;

  private FixedLanguages(
      GenerativeModel model,
      Tokenizer tokenizer,
      @Nullable String source,
      @Nullable String target) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.source = source;
    this.target = target;
  }

  static FixedLanguages of(GenerativeModel model, Tokenizer tokenizer, JsonObject settings) {
    return new FixedLanguages(
        model,
        tokenizer,
        TranslationLanguages.word(settings, "source_lang"),
        TranslationLanguages.word(settings, "target_lang"));
  }

  @Override
  public Direction direction(String text, @Nullable String from, @Nullable String to) {
    if (source == null && target == null && (from != null || to != null)) {
      throw new InvalidInputException(
          model.name()
              + " does not say which languages it translates (no source_lang and target_lang in"
              + " tokenizer_config.json, no translation_xx_to_yy in task_specific_params); leave"
              + " out '"
              + (to == null ? from : to)
              + "'");
    }
    check(model.name(), "from", from, source);
    check(model.name(), "to", to, target);
    TaskSettings settings = model.settings("translation");
    return new Direction(
        SourceForm.plain(tokenizer, settings.prefix(), settings.options())
            .languages(source, target),
        0);
  }

  /** Refuses a language that is another than the one that a model has. */
  static void check(String model, String role, @Nullable String asked, @Nullable String only) {
    if (asked != null && only != null && LanguageCodes.isOne(only)) {
      new LanguageCodes(model, List.of(only)).resolve(role, asked);
    }
  }
}
