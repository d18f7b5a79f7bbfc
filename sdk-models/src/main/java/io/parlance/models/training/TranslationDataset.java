package io.parlance.models.training;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of texts. Immutable.
 *
 * <p>A data file holds one JSON object a line, {@code {"source": ..., "target": ...}}; the file may
 * be gzipped. Where targets are in several languages, each line names its own: {@code
 * "target_lang": "fr"}, or a source that begins with {@code >>fr<<} as the translators of OPUS-MT
 * take it. Other keys are not looked at.
 *
 * @param examples the pairs in file order
 */
public record TranslationDataset(List<TranslationExample> examples) {

  private static final String LANGUAGE = "target_lang";
  private static final Pattern CODE = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");
  private static final Pattern WRITTEN = Pattern.compile("\\s*>>([^<>\\s]+)<<\\s*");

  public TranslationDataset {
    examples = List.copyOf(examples);
  }

  /**
   * Reads a file.
   *
   * @throws InvalidInputException naming file and line, if a line is broken, lacks source or target
   *     or has an empty one, or names a language where the first line does not, or the other way
   *     round; naming the file, if it is missing or empty
   */
  public static TranslationDataset read(Path file) {
    List<TranslationExample> examples = new ArrayList<>();
    try (JsonLines lines = JsonLines.open(file)) {
      for (JsonLines.Line line = lines.next(); line != null; line = lines.next()) {
        TranslationExample example = example(line, lines);
        if (!examples.isEmpty()) {
          requireKindOf(examples.get(0), example, line, lines);
        }
        examples.add(example);
      }
    }
    if (examples.isEmpty()) {
      throw new InvalidInputException(
          "data file "
              + file
              + " has no examples; expected lines like {\"source\": \"...\", \"target\": \"...\"}");
    }
    return new TranslationDataset(examples);
  }

  private static TranslationExample example(JsonLines.Line line, JsonLines lines) {
    String source = text(line, "source", lines);
    String target = text(line, "target", lines);
    String language = language(line, lines);
    Matcher written = WRITTEN.matcher(source);
    if (written.lookingAt()) {
      String code = requireCode(written.group(1), line, lines);
      if (language != null && !language.equals(code)) {
        throw lines.error(
            line.number(),
            "the source begins with >>" + code + "<<, but \"target_lang\" is \"" + language + "\"");
      }
      language = code;
      source = source.substring(written.end());
      requireText(source, "source", line, lines);
    }
    return new TranslationExample(source, target, language);
  }

  private static String text(JsonLines.Line line, String key, JsonLines lines) {
    JsonObject object = line.object();
    JsonElement element = object.get(key);
    if (element == null) {
      throw lines.error(line.number(), "has no \"" + key + "\"; its keys are " + object.keySet());
    }
    return requireText(string(element, key, line, lines), key, line, lines);
  }

  private static String string(
      JsonElement element, String key, JsonLines.Line line, JsonLines lines) {
    if (!RawExample.isString(element)) {
      throw lines.error(
          line.number(),
          "\""
              + key
              + "\" is "
              + JsonLines.abbreviated(element.toString())
              + ", expected a string");
    }
    return element.getAsString();
  }

  private static String requireText(String text, String key, JsonLines.Line line, JsonLines lines) {
    if (text.isBlank()) {
      throw lines.error(line.number(), "\"" + key + "\" is empty; leave such pairs out");
    }
    return text;
  }

  private static @Nullable String language(JsonLines.Line line, JsonLines lines) {
    JsonElement element = line.object().get(LANGUAGE);
    return element == null || element.isJsonNull()
        ? null
        : requireCode(string(element, LANGUAGE, line, lines), line, lines);
  }

  private static String requireCode(String code, JsonLines.Line line, JsonLines lines) {
    if (!CODE.matcher(code).matches()) {
      throw lines.error(
          line.number(), "'" + code + "' is no language; expected a code such as fr or pt_BR");
    }
    return code;
  }

  private static void requireKindOf(
      TranslationExample first, TranslationExample other, JsonLines.Line line, JsonLines lines) {
    if ((first.targetLanguage() == null) != (other.targetLanguage() == null)) {
      throw lines.error(
          line.number(),
          (other.targetLanguage() == null ? "names no target language" : "names a target language")
              + ", unlike the first line; name one (\"target_lang\") in every line or in none");
    }
  }

  /** The languages of the targets in alphabetical order; empty where lines name none. */
  public List<String> targetLanguages() {
    TreeSet<String> languages = new TreeSet<>();
    examples.stream()
        .map(TranslationExample::targetLanguage)
        .filter(Objects::nonNull)
        .forEach(languages::add);
    return List.copyOf(languages);
  }
}
