package io.parlance.task;

import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.TaskSettings;
import io.parlance.tokenizers.Tokenizer;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Marian models with several target languages, and MADLAD: the first token of the source names the
 * target language, {@code >>fr<<} or {@code <2fr>}. A text may also begin with this token in
 * writing, as transformers wants it. Where nobody says a language, the one that {@code target_lang}
 * of {@code tokenizer_config.json} names is meant, if it names one of them.
 */
final class TargetLanguages implements TranslationLanguages {
  private static final Pattern TOKEN = Pattern.compile(">>([^<>]+)<<|<2([A-Za-z_]+)>");
  private static final Pattern WRITTEN =
      Pattern.compile("\\s*(?:>>([^<>\\s]+)<<|<2([A-Za-z_]+)>)\\s*");

  private final GenerativeModel model;
  private final Tokenizer tokenizer;
  private final Map<String, Integer> targets;
  private final LanguageCodes codes;
  private final @Nullable String source;
  private final @Nullable String usual;

  TargetLanguages(
      GenerativeModel model,
      Tokenizer tokenizer,
      Map<String, Integer> targets,
      JsonObject settings) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.targets = targets;
    this.codes = new LanguageCodes(model.name(), targets.keySet());
    this.source = TranslationLanguages.word(settings, "source_lang");
    String configured = TranslationLanguages.word(settings, "target_lang");
    this.usual = configured == null ? null : codes.find(configured);
  }

  /** The tokens of the target languages by their codes. */
  static Map<String, Integer> tokens(Tokenizer tokenizer) {
    return TranslationLanguages.codes(tokenizer, TOKEN);
  }

  @Override
  public Direction direction(String text, @Nullable String from, @Nullable String to) {
    FixedLanguages.check(model.name(), "from", from, source);
    Matcher written = WRITTEN.matcher(text);
    boolean isWritten = written.lookingAt();
    String asked = to == null ? usual : to;
    if (isWritten) {
      asked = written.group(1) == null ? written.group(2) : written.group(1);
    }
    if (asked == null) {
      throw new InvalidInputException(
          model.name()
              + " must be told which language to translate to; it knows "
              + LanguageCodes.list(codes.all()));
    }
    String target = codes.resolve("to", asked);
    Integer token = targets.get(target);
    TaskSettings settings = model.settings("translation");
    return new Direction(
        new SourceForm(
            tokenizer,
            settings.prefix(),
            token == null ? OptionalInt.empty() : OptionalInt.of(token),
            null,
            settings.options(),
            from == null ? source : from,
            target),
        isWritten ? written.end() : 0);
  }
}
