package io.parlance.models.training;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.parlance.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a data file with one JSON object a line, plain or gzipped (told by its first bytes). Lines
 * of white space only are skipped. Every error names the file and the line.
 */
final class JsonLines implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 16;

  private static final Pattern COLUMN = Pattern.compile("column (\\d+)");

  /** One line: its object and its number, from 1. */
  record Line(JsonObject object, long number) {}

  private final Path file;
  private final InputStream input;
  private long number;

  private JsonLines(Path file, InputStream input) {
    this.file = file;
    this.input = input;
  }

  /**
   * Opens a file.
   *
   * @throws InvalidInputException if it cannot be read
   */
  static JsonLines open(Path file) {
    try {
      InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
      raw.mark(2);
      boolean gzipped = raw.read() == 0x1F && raw.read() == 0x8B;
      raw.reset();
      return new JsonLines(
          file,
          gzipped
              ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER_BYTES), BUFFER_BYTES)
              : raw);
    } catch (IOException e) {
      throw new InvalidInputException("data file " + file + " cannot be read: " + e, e);
    }
  }

  /**
   * The next object, or null at the end.
   *
   * @throws InvalidInputException if the line is no JSON object or not UTF-8
   */
  @Nullable Line next() {
    while (true) {
      byte[] bytes = nextLine();
      if (bytes == null) {
        return null;
      }
      number++;
      String text = decode(bytes);
      if (!text.isBlank()) {
        return new Line(parse(text), number);
      }
    }
  }

  /** The error for line {@code line} of this file. */
  InvalidInputException error(long line, String reason) {
    return new InvalidInputException("data file " + file + ", line " + line + ": " + reason);
  }

  private byte @Nullable [] nextLine() {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    try {
      int next = input.read();
      if (next < 0) {
        return null;
      }
      while (next >= 0 && next != '\n') {
        line.write(next);
        next = input.read();
      }
      return line.toByteArray();
    } catch (IOException e) {
      throw new InvalidInputException(
          "data file " + file + ", line " + (number + 1) + ": cannot be read: " + e, e);
    }
  }

  private String decode(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return number == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw error(number, "is not UTF-8; convert the file");
    }
  }

  private JsonObject parse(String text) {
    try (JsonReader reader = new JsonReader(new StringReader(text))) {
      reader.setStrictness(Strictness.STRICT);
      JsonElement element = JsonParser.parseReader(reader);
      if (!element.isJsonObject()) {
        throw error(number, "expected a JSON object, found " + abbreviated(text));
      }
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new MalformedJsonException("more after the object");
      }
      return element.getAsJsonObject();
    } catch (JsonParseException | IOException | IllegalStateException e) {
      throw error(number, "is not valid JSON" + place(e) + ": " + abbreviated(text));
    }
  }

  /** Where Gson stopped; its sentence is for programmers. */
  private static String place(Exception e) {
    Matcher column = COLUMN.matcher(e.toString());
    return column.find() ? " from column " + column.group(1) : "";
  }

  static String abbreviated(String text) {
    String shown = text.strip();
    return shown.length() <= 80 ? shown : shown.substring(0, 80) + "...";
  }

  @Override
  public String toString() {
    return "data file " + file;
  }

  @Override
  public void close() {
    try {
      input.close();
    } catch (IOException e) {
      throw new InvalidInputException("data file " + file + " cannot be closed: " + e, e);
    }
  }
}
