package io.parlance.models.architecture;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.jspecify.annotations.Nullable;

/**
 * Reads typed values with defaults from a {@code config.json}; a value of the wrong kind is an
 * error that names the key.
 */
final class ConfigReader {

  private final JsonObject json;

  ConfigReader(JsonObject json) {
    this.json = json;
  }

  long integer(String key, long otherwise) {
    JsonPrimitive value = primitive(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return value.getAsBigDecimal().longValueExact();
    } catch (NumberFormatException | ArithmeticException e) {
      throw wrong(key, value, "a whole number");
    }
  }

  double number(String key, double otherwise) {
    JsonPrimitive value = primitive(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.isNumber()) {
      throw wrong(key, value, "a number");
    }
    return value.getAsDouble();
  }

  String text(String key, String otherwise) {
    JsonPrimitive value = primitive(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.isString()) {
      throw wrong(key, value, "a string");
    }
    return value.getAsString();
  }

  boolean flag(String key, boolean otherwise) {
    JsonPrimitive value = primitive(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw wrong(key, value, "true or false");
    }
    return value.getAsBoolean();
  }

  private @Nullable JsonPrimitive primitive(String key) {
    JsonElement value = json.get(key);
    if (value == null || value.isJsonNull()) {
      return null;
    }
    if (!value.isJsonPrimitive()) {
      throw wrong(key, value, "a single value");
    }
    return value.getAsJsonPrimitive();
  }

  private static IllegalArgumentException wrong(String key, JsonElement value, String expected) {
    return new IllegalArgumentException(
        "config.json: " + key + " is " + value + ", expected " + expected);
  }
}
