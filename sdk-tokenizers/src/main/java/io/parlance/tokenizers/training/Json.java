package io.parlance.tokenizers.training;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.List;

/** The parts of {@code tokenizer.json} that all trainers write. */
final class Json {
  private static final Gson WRITER =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  private Json() {}

  static String write(JsonElement element) {
    return WRITER.toJson(element);
  }

  /** An object of the library's tagged kind. */
  static JsonObject typed(String type) {
    JsonObject object = new JsonObject();
    object.addProperty("type", type);
    return object;
  }

  /** The head of the file: no truncation, no padding. */
  static JsonObject tokenizer() {
    JsonObject tokenizer = new JsonObject();
    tokenizer.addProperty("version", "1.0");
    tokenizer.add("truncation", JsonNull.INSTANCE);
    tokenizer.add("padding", JsonNull.INSTANCE);
    return tokenizer;
  }

  static JsonArray array(JsonElement... elements) {
    JsonArray array = new JsonArray();
    for (JsonElement element : elements) {
      array.add(element);
    }
    return array;
  }

  /** Special tokens with the ids that they have in the vocabulary. */
  static JsonArray addedTokens(List<String> special, List<String> vocabulary) {
    JsonArray tokens = new JsonArray();
    for (String content : special) {
      JsonObject token = new JsonObject();
      token.addProperty("id", vocabulary.indexOf(content));
      token.addProperty("content", content);
      token.addProperty("single_word", false);
      token.addProperty("lstrip", false);
      token.addProperty("rstrip", false);
      token.addProperty("normalized", false);
      token.addProperty("special", true);
      tokens.add(token);
    }
    return tokens;
  }

  static JsonObject vocabulary(List<String> tokens) {
    JsonObject vocabulary = new JsonObject();
    for (int id = 0; id < tokens.size(); id++) {
      vocabulary.addProperty(tokens.get(id), id);
    }
    return vocabulary;
  }

  /**
   * A template in the notation {@code [CLS] A [SEP] B:1 [SEP]:1}, where a number is the segment (0
   * if left out).
   */
  static JsonObject template(String single, String pair, List<String> vocabulary) {
    JsonObject special = new JsonObject();
    JsonObject processor = typed("TemplateProcessing");
    processor.add("single", pieces(single, special, vocabulary));
    processor.add("pair", pieces(pair, special, vocabulary));
    processor.add("special_tokens", special);
    return processor;
  }

  private static JsonArray pieces(String template, JsonObject special, List<String> vocabulary) {
    JsonArray pieces = new JsonArray();
    for (String part : template.split(" ")) {
      boolean second = part.endsWith(":1");
      String id = second ? part.substring(0, part.length() - 2) : part;
      boolean sequence = id.equals("A") || id.equals("B");
      JsonObject content = new JsonObject();
      content.addProperty("id", id);
      content.addProperty("type_id", second ? 1 : 0);
      JsonObject piece = new JsonObject();
      piece.add(sequence ? "Sequence" : "SpecialToken", content);
      pieces.add(piece);
      if (!sequence && !special.has(id)) {
        JsonArray ids = new JsonArray();
        ids.add(vocabulary.indexOf(id));
        JsonArray tokens = new JsonArray();
        tokens.add(id);
        JsonObject token = new JsonObject();
        token.addProperty("id", id);
        token.add("ids", ids);
        token.add("tokens", tokens);
        special.add(id, token);
      }
    }
    return pieces;
  }

  /**
   * A special token that takes the space before it, as {@code special_tokens_map.json} writes one.
   */
  static JsonObject spaceAbsorbing(String content) {
    JsonObject token = new JsonObject();
    token.addProperty("content", content);
    token.addProperty("lstrip", true);
    token.addProperty("normalized", false);
    token.addProperty("rstrip", false);
    token.addProperty("single_word", false);
    return token;
  }

  static void addAdditional(JsonObject map, List<String> tokens) {
    if (!tokens.isEmpty()) {
      JsonArray array = new JsonArray();
      tokens.forEach(array::add);
      map.add("additional_special_tokens", array);
    }
  }
}
