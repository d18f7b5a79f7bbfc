package io.parlance.generation.constraint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.InvalidInputException;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** One schema for documents that conform to both of two. */
final class MergedSchemas {
  private static final Set<String> LOWER =
      Set.of("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties");
  private static final Set<String> UPPER =
      Set.of("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties");

  private MergedSchemas() {}

  /**
   * Merges keyword by keyword.
   *
   * @throws InvalidInputException if there is no one schema for both
   */
  static JsonObject merge(JsonObject one, JsonObject other, String path) {
    requireOpen(one, other, path);
    requireOpen(other, one, path);
    JsonObject merged = one.deepCopy();
    for (Map.Entry<String, JsonElement> entry : other.entrySet()) {
      String key = entry.getKey();
      JsonElement before = merged.get(key);
      merged.add(
          key,
          before == null || before.equals(entry.getValue())
              ? entry.getValue()
              : both(key, before, entry.getValue(), path));
    }
    return merged;
  }

  /** What one schema says about further properties must not concern those of the other. */
  private static void requireOpen(JsonObject one, JsonObject other, String path) {
    JsonElement further = one.get("additionalProperties");
    Set<String> foreign =
        new LinkedHashSet<>(JsonSchema.object(other, "properties", path).keySet());
    foreign.removeAll(JsonSchema.object(one, "properties", path).keySet());
    boolean open = further == null || further.equals(new JsonPrimitive(true));
    if (!open && !foreign.isEmpty()) {
      throw new InvalidInputException(
          path
              + ": additionalProperties concerns properties that a schema beside it names: "
              + foreign
              + "; name them in both");
    }
  }

  private static JsonElement both(String key, JsonElement one, JsonElement other, String path) {
    if (LOWER.contains(key) || UPPER.contains(key)) {
      BigDecimal first = one.getAsBigDecimal();
      boolean keep = LOWER.contains(key) == first.compareTo(other.getAsBigDecimal()) > 0;
      return keep ? one : other;
    }
    return switch (key) {
      case "title", "description", "default", "$comment", "examples", "$defs", "definitions" -> one;
      case "required" -> union(one, other);
      case "type" -> types(one, other);
      case "properties" -> properties(one.getAsJsonObject(), other.getAsJsonObject());
      case "items", "additionalProperties" -> allOf(one, other);
      default ->
          throw new InvalidInputException(
              path + ": two schemas that both hold have different '" + key + "'; merge them");
    };
  }

  private static JsonElement union(JsonElement one, JsonElement other) {
    JsonArray all = one.getAsJsonArray().deepCopy();
    other.getAsJsonArray().forEach(all::add);
    return all;
  }

  private static JsonElement types(JsonElement one, JsonElement other) {
    JsonObject first = new JsonObject();
    first.add("type", one);
    JsonObject second = new JsonObject();
    second.add("type", other);
    Set<String> others = JsonSchema.types(second);
    JsonArray common = new JsonArray();
    for (String type : JsonSchema.types(first)) {
      if (others.contains(type)) {
        common.add(type);
      } else if (type.equals("integer") && others.contains("number")
          || type.equals("number") && others.contains("integer")) {
        common.add("integer");
      }
    }
    return common;
  }

  private static JsonElement properties(JsonObject one, JsonObject other) {
    JsonObject all = one.deepCopy();
    for (Map.Entry<String, JsonElement> entry : other.entrySet()) {
      JsonElement before = all.get(entry.getKey());
      boolean same = before == null || before.equals(entry.getValue());
      all.add(entry.getKey(), same ? entry.getValue() : allOf(before, entry.getValue()));
    }
    return all;
  }

  private static JsonElement allOf(JsonElement one, JsonElement other) {
    JsonArray both = new JsonArray();
    both.add(one);
    both.add(other);
    JsonObject schema = new JsonObject();
    schema.add("allOf", both);
    return schema;
  }
}
