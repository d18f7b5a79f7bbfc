package io.parlance.samples.batch;

import com.google.gson.JsonElement;
import com.google.gson.JsonIOException;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a line of JSON says.
 *
 * @param idField field with the name of the document, a string or a number
 * @param textField field with its text
 */
record JsonLine(String idField, String textField) {

  /** The id of the document, or null where the line has none or is no JSON. */
  @Nullable String id(byte[] line) {
    try (JsonReader reader = reader(line)) {
      reader.beginObject();
      while (reader.hasNext()) {
        if (!reader.nextName().equals(idField)) {
          reader.skipValue();
        } else if (reader.peek() == JsonToken.STRING || reader.peek() == JsonToken.NUMBER) {
          String id = reader.nextString();
          return id.isBlank() ? null : CleanText.of(id);
        } else {
          return null;
        }
      }
      return null;
    } catch (IOException | IllegalStateException noJson) {
      return null; // which is said when the document is processed
    }
  }

  /**
   * The text of the document.
   *
   * @throws UnreadableDocumentException if there is none
   */
  String text(byte[] line) throws UnreadableDocumentException {
    JsonElement text = object(line).get(textField);
    if (text == null) {
      throw new UnreadableDocumentException(
          SkipCause.NO_TEXT_FIELD,
          "the line has no field '" + textField + "'; --text-field names the one to take");
    }
    if (!text.isJsonPrimitive() || !text.getAsJsonPrimitive().isString()) {
      throw new UnreadableDocumentException(
          SkipCause.NO_TEXT_FIELD, "the field '" + textField + "' of the line is no string");
    }
    return text.getAsString();
  }

  private static JsonObject object(byte[] line) throws UnreadableDocumentException {
    try (JsonReader reader = reader(line)) {
      JsonElement element = JsonParser.parseReader(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new UnreadableDocumentException(
            SkipCause.NOT_JSON, "something follows the JSON object of the line");
      }
      if (element.isJsonObject()) {
        return element.getAsJsonObject();
      }
      throw new UnreadableDocumentException(SkipCause.NOT_JSON, "the line is JSON, but no object");
    } catch (CharacterCodingException e) {
      throw new UnreadableDocumentException(SkipCause.NOT_JSON, "the line is not UTF-8", e);
    } catch (JsonIOException | MalformedJsonException e) {
      throw notJson(e);
    } catch (JsonParseException | IOException e) {
      throw notJson(e.getCause() == null ? e : e.getCause());
    }
  }

  private static UnreadableDocumentException notJson(Throwable e) {
    return new UnreadableDocumentException(
        SkipCause.NOT_JSON, "the line is no JSON: " + e.getMessage(), e);
  }

  private static JsonReader reader(byte[] line) throws CharacterCodingException {
    JsonReader reader =
        new JsonReader(
            new StringReader(
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString()));
    reader.setStrictness(Strictness.STRICT);
    return reader;
  }
}
