package io.parlance.task;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.InvalidInputException;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.TaskSettings;
import io.parlance.tokenizers.Tokenizer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * mBART, M2M100 and NLLB: a token of the source marks its language, and the decoder begins with the
 * token of the target language.
 */
final class MarkedLanguages implements TranslationLanguages {
  /**
   * {@code fr_XX} and {@code zh_CN} of mBART, {@code fra_Latn} of NLLB, {@code __fr__} of M2M100.
   */
  static final Pattern TOKEN =
      Pattern.compile("([a-z]{2,3}_(?:[A-Z]{2}|[A-Z][a-z]{3}))|__([a-z]{2,3}(?:_[A-Za-z]+)?)__");

  private final GenerativeModel model;
  private final Tokenizer tokenizer;
  private final Map<String, Integer> tokens;
  private final LanguageCodes codes;
  private final boolean last;
  private final @Nullable String source;
  private final @Nullable String target;

  private MarkedLanguages(
      GenerativeModel model,
      Tokenizer tokenizer,
      Map<String, Integer> tokens,
      boolean last,
      @Nullable String source,
      @Nullable String target) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.tokens = tokens;
    this.codes = new LanguageCodes(model.name(), tokens.keySet());
    this.last = last;
    this.source = source;
    this.target = target;
  }

  static MarkedLanguages of(
      GenerativeModel model,
      Tokenizer tokenizer,
      JsonObject settings,
      Map<String, Integer> tokens) {
    String kind = TranslationLanguages.word(settings, "tokenizer_class");
    boolean legacy =
        settings.get("legacy_behaviour") instanceof JsonPrimitive flag && flag.getAsBoolean();
    // the first mBART, and NLLB as it was first published, have the mark after the end token
    boolean last =
        legacy
            || kind != null && (kind.equals("MBartTokenizer") || kind.equals("MBartTokenizerFast"));
    return new MarkedLanguages(
        model,
        tokenizer,
        tokens,
        last,
        known(tokens, TranslationLanguages.word(settings, "src_lang")),
        defaultTarget(model, tokens, TranslationLanguages.word(settings, "tgt_lang")));
  }

  private static @Nullable String known(Map<String, Integer> tokens, @Nullable String code) {
    return code != null && tokens.containsKey(code) ? code : null;
  }

  private static @Nullable String defaultTarget(
      GenerativeModel model, Map<String, Integer> tokens, @Nullable String configured) {
    List<Integer> forced = model.options().get(GenerationOption.FORCED_BOS_TOKEN_ID, List.of());
    for (Map.Entry<String, Integer> entry : tokens.entrySet()) {
      if (forced.contains(entry.getValue())) {
        return entry.getKey();
      }
    }
    return known(tokens, configured);
  }

  @Override
  public Direction direction(String text, @Nullable String from, @Nullable String to) {
    String sourceCode = choose("from", from, source);
    String targetCode = choose("to", to, target);
    TaskSettings settings = model.settings("translation");
    GenerationOptions options =
        settings.options().with(GenerationOption.FORCED_BOS_TOKEN_ID, List.of(token(targetCode)));
    SourceForm.LanguageMark mark =
        new SourceForm.LanguageMark(token(sourceCode), new HashSet<>(tokens.values()), last);
    return new Direction(
        new SourceForm(
            tokenizer,
            settings.prefix(),
            OptionalInt.empty(),
            mark,
            options,
            sourceCode,
            targetCode),
        0);
  }

  private int token(String code) {
    Integer token = tokens.get(code);
    if (token == null) {
      throw new AssertionError(code);
    }
    return token;
  }

  private String choose(String role, @Nullable String asked, @Nullable String usual) {
    if (asked != null) {
      return codes.resolve(role, asked);
    }
    if (usual == null) {
      throw new InvalidInputException(
          model.name()
              + " must be told which language to translate "
              + role
              + "; it knows "
              + LanguageCodes.list(codes.all()));
    }
    return usual;
  }
}
