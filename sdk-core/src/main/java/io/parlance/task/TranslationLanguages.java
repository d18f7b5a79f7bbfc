package io.parlance.task;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.InvalidInputException;
import io.parlance.generation.GenerativeModel;
import io.parlance.model.ModelFolder;
import io.parlance.tokenizers.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Between which languages a model translates, and how it is told. */
interface TranslationLanguages {
  /**
   * What the model reads to translate in this direction.
   *
   * @param text begins with a target language where the model knows such a spelling
   * @param from null where the model's own default holds
   * @param to null where the model's own default holds
   * @throws InvalidInputException if the model does not translate so, or must be told more
   */
  Direction direction(String text, @Nullable String from, @Nullable String to);

  /**
   * The form of the source.
   *
   * @param form how each piece is encoded
   * @param begin where the text begins, after what says its language
   */
  record Direction(SourceForm form, int begin) {}

  /** What the files of a model say. */
  static TranslationLanguages of(GenerativeModel model, Tokenizer tokenizer) {
    JsonObject settings = model.folder().json("tokenizer_config.json").orElseGet(JsonObject::new);
    Map<String, Integer> marks = marks(model.folder(), settings, tokenizer);
    if (!marks.isEmpty()) {
      return MarkedLanguages.of(model, tokenizer, settings, marks);
    }
    if (model.tasks().stream().anyMatch(PrefixLanguages::isTranslation)) {
      return new PrefixLanguages(model, tokenizer);
    }
    Map<String, Integer> targets = TargetLanguages.tokens(tokenizer);
    return targets.isEmpty()
        ? FixedLanguages.of(model, tokenizer, settings)
        : new TargetLanguages(model, tokenizer, targets, settings);
  }

  /** The language tokens of mBART, M2M100 and NLLB, by their codes; empty for other models. */
  private static Map<String, Integer> marks(
      ModelFolder folder, JsonObject settings, Tokenizer tokenizer) {
    String type = folder.config().modelType().orElse("");
    String kind = word(settings, "tokenizer_class");
    boolean marked =
        Set.of("mbart", "m2m_100", "nllb-moe").contains(type)
            || kind != null && kind.matches("(MBart|MBart50|M2M100|Nllb)Tokenizer(Fast)?");
    return marked ? codes(tokenizer, MarkedLanguages.TOKEN) : Map.of();
  }

  /**
   * Tokens of a vocabulary that are a language code in some dress.
   *
   * @param dress matches them whole; one of its groups is the code
   */
  static Map<String, Integer> codes(Tokenizer tokenizer, Pattern dress) {
    Map<String, Integer> codes = new LinkedHashMap<>();
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      String token = tokenizer.idToToken(id);
      Matcher matcher = dress.matcher(token == null ? "" : token);
      if (matcher.matches()) {
        for (int group = 1; group <= matcher.groupCount(); group++) {
          if (matcher.group(group) != null) {
            codes.putIfAbsent(matcher.group(group), id);
          }
        }
      }
    }
    return codes;
  }

  static @Nullable String word(JsonObject settings, String key) {
    return settings.get(key) instanceof JsonPrimitive text && text.isString()
        ? text.getAsString()
        : null;
  }
}
