package io.parlance.samples.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of JSON Lines that a task answers.
 *
 * @param number its place in the input, the first is 1
 * @param fields the whole object
 */
record Line(long number, JsonObject fields) {

  /**
   * @throws InvalidLineException where the line is no UTF-8 or no JSON object
   */
  static Line parse(LineReader.RawLine raw) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw.bytes())).toString();
      return new Line(raw.number(), Json.object(text));
    } catch (CharacterCodingException e) {
      throw new InvalidLineException("not valid UTF-8");
    }
  }

  /** What the caller knows the line by, echoed in its answer. */
  @Nullable JsonElement id() {
    return fields.get("id");
  }

  /** The line's own options, empty where it has none. */
  JsonObject options() {
    JsonElement options = fields.get("options");
    if (options == null || options.isJsonNull()) {
      return new JsonObject();
    }
    if (!options.isJsonObject()) {
      throw new InvalidLineException(
          "field 'options' must be an object, found " + Json.excerpt(options));
    }
    return options.getAsJsonObject();
  }

  /** A text that must be there. */
  String text(String name) {
    String text = optionalText(name);
    if (text == null) {
      throw new InvalidLineException(
          fields.has(name)
              ? "field '" + name + "' is null; an empty string stands for no text"
              : "field '" + name + "' is missing; the line has " + fields.keySet());
    }
    return text;
  }

  /** A list of texts that must be there. */
  List<String> texts(String name) {
    JsonElement element = fields.get(name);
    if (element == null || !element.isJsonArray()) {
      throw new InvalidLineException(
          "field '"
              + name
              + "' must be a list of strings, found "
              + (element == null ? "none" : Json.excerpt(element)));
    }
    List<String> texts = new ArrayList<>();
    for (JsonElement each : element.getAsJsonArray()) {
      if (!each.isJsonPrimitive() || !each.getAsJsonPrimitive().isString()) {
        throw new InvalidLineException(
            "field '" + name + "' must hold strings only, found " + Json.excerpt(each));
      }
      texts.add(each.getAsString());
    }
    return texts;
  }

  /** A text that may be left out or null. */
  @Nullable String optionalText(String name) {
    JsonElement element = fields.get(name);
    if (element == null || element.isJsonNull()) {
      return null;
    }
    if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
      throw new InvalidLineException(
          "field '" + name + "' must be a string, found " + Json.excerpt(element));
    }
    return element.getAsString();
  }
}
