package io.parlance.samples.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;

/** JSON as the command line reads and writes it: strictly by RFC 8259, one value a line. */
final class Json {

  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
  private static final TypeAdapter<JsonElement> ELEMENTS = GSON.getAdapter(JsonElement.class);

  private Json() {}

  /**
   * Reads exactly one object.
   *
   * @throws InvalidLineException with the column and the reason where the text is anything else
   */
  static JsonObject object(String text) {
    JsonElement element = element(text);
    if (!element.isJsonObject()) {
      throw new InvalidLineException("expected a JSON object, found " + excerpt(element));
    }
    return element.getAsJsonObject();
  }

  private static JsonElement element(String text) {
    JsonReader reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.STRICT);
    try {
      JsonElement element = ELEMENTS.read(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new InvalidLineException("not valid JSON: more than one value on the line");
      }
      return element;
    } catch (EOFException e) {
      throw new InvalidLineException("not valid JSON: the line ends in the middle of a value");
    } catch (MalformedJsonException e) {
      throw new InvalidLineException("not valid JSON: " + reason(e));
    } catch (JsonParseException | IOException | NumberFormatException e) {
      throw new InvalidLineException("not valid JSON: " + Failure.message(e));
    }
  }

  /** Gson's reason without its advice to Java programmers and the line, which is always 1 here. */
  private static String reason(MalformedJsonException cause) {
    String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return message
        .replaceFirst("^Use JsonReader\\.setStrictness.* JSON at ", "unexpected character at ")
        .replace(" at line 1 column ", " at column ")
        .replaceFirst(" path \\$.*$", "");
  }

  /** A value the way it would stand on a line, cut where it is long. */
  static String excerpt(JsonElement element) {
    String text = element.toString();
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  /** A number that is read back to the same float; what JSON cannot say becomes a string. */
  static JsonPrimitive number(float value) {
    return Float.isFinite(value)
        ? new JsonPrimitive(value)
        : new JsonPrimitive(Float.toString(value));
  }

  /** A number that is read back to the same double; what JSON cannot say becomes a string. */
  static JsonPrimitive number(double value) {
    return Double.isFinite(value)
        ? new JsonPrimitive(value)
        : new JsonPrimitive(Double.toString(value));
  }

  /** The value on one line. Lone surrogates are escaped, so that UTF-8 can carry them. */
  static String line(JsonElement element) {
    String json = GSON.toJson(element);
    StringBuilder escaped = null;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < json.length()
              && Character.isLowSurrogate(json.charAt(i + 1));
      if (Character.isSurrogate(c) && !pair) {
        if (escaped == null) {
          escaped = new StringBuilder(json.length() + 16).append(json, 0, i);
        }
        escaped.append(String.format("\\u%04x", (int) c));
      } else if (escaped != null) {
        escaped.append(c);
      }
      if (pair) {
        i++;
        if (escaped != null) {
          escaped.append(json.charAt(i));
        }
      }
    }
    return escaped == null ? json : escaped.toString();
  }
}
