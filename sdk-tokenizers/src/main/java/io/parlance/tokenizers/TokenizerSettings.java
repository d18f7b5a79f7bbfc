package io.parlance.tokenizers;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code tokenizer_config.json} and {@code special_tokens_map.json} say.
 *
 * @param modelMaxLength empty where the file gives none or a number beyond any model (such as 1e30)
 * @param cleansUpSpaces {@code clean_up_tokenization_spaces}, null where the file does not say
 */
record TokenizerSettings(
    OptionalInt modelMaxLength,
    @Nullable Boolean cleansUpSpaces,
    Side paddingSide,
    Side truncationSide,
    int padTokenTypeId,
    SpecialTokens specialTokens) {

  /** Lengths from here on mean "not limited"; transformers writes 1e30, some exporters 2^31. */
  private static final double UNLIMITED = 1_000_000_000;

  private static final Pattern PLACE = Pattern.compile("line (\\d+) column (\\d+)");

  /** Reads one of the two JSON files; null stands for a file that is not there. */
  static JsonObject parse(String name, @Nullable String json) {
    if (json == null) {
      return new JsonObject();
    }
    try {
      JsonElement element = JsonParser.parseString(json);
      if (element.isJsonObject()) {
        return element.getAsJsonObject();
      }
    } catch (JsonParseException e) {
      // the parser's own sentence is for programmers
      Matcher place = PLACE.matcher(e.toString());
      throw new TokenizerException(
          name
              + " is not valid JSON"
              + (place.find() ? " from line " + place.group(1) + ", column " + place.group(2) : ""),
          e);
    }
    throw new TokenizerException(name + " must hold a JSON object");
  }

  static TokenizerSettings of(
      JsonObject config, String configName, JsonObject map, TokenizerDefinition definition) {
    try {
      return read(config, map, definition);
    } catch (UnsupportedOperationException
        | IllegalStateException
        | NumberFormatException
        | ClassCastException e) {
      throw new TokenizerException(
          configName + " has a value of the wrong type: " + e.getMessage(), e);
    }
  }

  private static TokenizerSettings read(
      JsonObject config, JsonObject map, TokenizerDefinition definition) {
    Vocabulary vocabulary = definition.vocabulary();
    JsonElement padType = present(config, "pad_token_type_id");
    JsonElement cleanUp = present(config, "clean_up_tokenization_spaces");
    return new TokenizerSettings(
        length(config),
        cleanUp == null ? null : cleanUp.getAsBoolean(),
        side(config, "padding_side"),
        side(config, "truncation_side"),
        padType == null ? 0 : padType.getAsInt(),
        new SpecialTokens(
            first(config, map, "pad_token", vocabulary, definition.padToken(), "[PAD]", "<pad>"),
            first(
                config, map, "unk_token", vocabulary, definition.unknownToken(), "[UNK]", "<unk>"),
            first(config, map, "cls_token", vocabulary, "[CLS]"),
            first(config, map, "sep_token", vocabulary, "[SEP]"),
            first(config, map, "mask_token", vocabulary, "[MASK]", "<mask>"),
            first(config, map, "bos_token", vocabulary),
            first(config, map, "eos_token", vocabulary),
            additional(config, map)));
  }

  /**
   * The configured token; without one, the first of the usual spellings that the vocabulary has.
   */
  private static @Nullable String first(
      JsonObject config,
      JsonObject map,
      String key,
      Vocabulary vocabulary,
      @Nullable String... usual) {
    for (JsonObject source : List.of(config, map)) {
      JsonElement element = present(source, key);
      if (element != null) {
        return content(element);
      }
    }
    for (String token : usual) {
      if (token != null && vocabulary.id(token) != null) {
        return token;
      }
    }
    return null;
  }

  private static List<String> additional(JsonObject config, JsonObject map) {
    JsonElement element = present(config, "additional_special_tokens");
    if (element == null) {
      element = present(map, "additional_special_tokens");
    }
    List<String> tokens = new ArrayList<>();
    if (element != null && element.isJsonArray()) {
      element.getAsJsonArray().forEach(token -> tokens.add(content(token)));
    }
    return tokens;
  }

  /** A token is written as a string or as an object with flags. */
  private static String content(JsonElement token) {
    if (!token.isJsonObject()) {
      return token.getAsString();
    }
    JsonElement content = present(token.getAsJsonObject(), "content");
    if (content == null) {
      throw new IllegalStateException("a special token is an object without 'content': " + token);
    }
    return content.getAsString();
  }

  private static OptionalInt length(JsonObject config) {
    JsonElement length = present(config, "model_max_length");
    if (length == null) {
      length = present(config, "max_len"); // name before transformers 3
    }
    if (length == null || length.getAsDouble() >= UNLIMITED || length.getAsDouble() < 1) {
      return OptionalInt.empty();
    }
    return OptionalInt.of((int) length.getAsDouble());
  }

  private static Side side(JsonObject config, String key) {
    JsonElement side = present(config, key);
    return side != null && side.getAsString().equals("left") ? Side.LEFT : Side.RIGHT;
  }

  private static @Nullable JsonElement present(JsonObject object, String key) {
    JsonElement element = object.get(key);
    return element == null || element.isJsonNull() ? null : element;
  }
}
