package io.parlance.generation.constraint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.InvalidInputException;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON schema (draft 2020-12, and what earlier drafts spell the same way): its keywords, read and
 * checked, and its alternatives.
 */
final class JsonSchema {
  static final JsonObject STRING = new JsonObject();

  private static final List<String> TYPES =
      List.of("object", "array", "string", "number", "integer", "boolean", "null");

  /** Keywords that say nothing about which documents conform, or nothing that is not enforced. */
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "$schema",
          "$id",
          "id",
          "$comment",
          "$defs",
          "definitions",
          "$anchor",
          "$vocabulary",
          "title",
          "description",
          "default",
          "example",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly",
          "contentEncoding",
          "contentMediaType",
          "contentSchema");

  private static final Set<String> OBJECT =
      Set.of(
          "properties",
          "required",
          "additionalProperties",
          "unevaluatedProperties",
          "minProperties",
          "maxProperties");
  private static final Set<String> ARRAY =
      Set.of(
          "items",
          "prefixItems",
          "additionalItems",
          "unevaluatedItems",
          "minItems",
          "maxItems",
          "uniqueItems");
  private static final Set<String> TEXT = Set.of("minLength", "maxLength", "pattern", "format");
  private static final Set<String> NUMBER =
      Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");
  private static final Set<String> GENERAL =
      Set.of("type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf");

  /** Nested alternatives and references at one place. */
  private static final int MOST_NESTED = 50;

  static {
    STRING.addProperty("type", "string");
  }

  private final JsonElement root;

  JsonSchema(JsonElement root) {
    this.root = root;
  }

  /** What a schema amounts to: objects without anyOf, oneOf and allOf, any of which may hold. */
  List<JsonObject> alternatives(JsonElement schema, String path) {
    return alternatives(schema, path, 0);
  }

  private List<JsonObject> alternatives(JsonElement element, String path, int depth) {
    if (isTrue(element)) {
      return List.of(new JsonObject());
    }
    if (isFalse(element)) {
      return List.of();
    }
    JsonObject schema = checked(element, path);
    if (depth > MOST_NESTED) {
      throw new InvalidInputException(
          path + ": the schema refers to itself without an object or an array between");
    }
    JsonObject own = new JsonObject();
    schema.entrySet().stream()
        .filter(entry -> !ANNOTATIONS.contains(entry.getKey()))
        .forEach(entry -> own.add(entry.getKey(), entry.getValue()));
    if (own.has("$ref") && own.size() > 1) {
      String reference = own.remove("$ref").getAsString();
      JsonElement target = resolve(new JsonPrimitive(reference), path);
      return alternatives(merge(own, target, path), path, depth + 1);
    }
    if (own.has("allOf")) {
      JsonElement merged = own;
      for (JsonElement each : list(own.remove("allOf"), "allOf", path)) {
        merged = merge(merged, dereference(each, path), path);
      }
      return alternatives(merged, path, depth + 1);
    }
    for (String keyword : List.of("anyOf", "oneOf")) {
      if (own.has(keyword)) {
        return branches(own, keyword, path, depth);
      }
    }
    return List.of(own);
  }

  private List<JsonObject> branches(JsonObject own, String keyword, String path, int depth) {
    List<JsonElement> branches = list(own.remove(keyword), keyword, path);
    if (keyword.equals("oneOf")) {
      List<JsonElement> resolved = branches.stream().map(each -> dereference(each, path)).toList();
      DisjointSchemas.require(resolved, path);
    }
    List<JsonObject> all = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      String place = path + "/" + keyword + "/" + i;
      JsonElement branch = branches.get(i);
      JsonElement merged = own.size() == 0 ? branch : merge(own, dereference(branch, place), place);
      all.addAll(alternatives(merged, place, depth + 1));
    }
    return all;
  }

  private static JsonElement merge(JsonObject one, JsonElement other, String path) {
    if (isTrue(other) || isFalse(other)) {
      return isTrue(other) ? one : other;
    }
    return MergedSchemas.merge(one, checked(other, path), path);
  }

  private static JsonElement merge(JsonElement one, JsonElement other, String path) {
    return one instanceof JsonObject object ? merge(object, other, path) : one;
  }

  /** What a schema refers to, if it does nothing else. */
  private JsonElement dereference(JsonElement schema, String path) {
    JsonElement now = schema;
    for (int i = 0; i < MOST_NESTED; i++) {
      if (!(now instanceof JsonObject object) || !object.has("$ref")) {
        break;
      }
      if (object.keySet().stream()
          .anyMatch(key -> !key.equals("$ref") && !ANNOTATIONS.contains(key))) {
        break;
      }
      now = resolve(object.get("$ref"), path);
    }
    return now;
  }

  /** The schema in this document that a reference names. */
  JsonElement resolve(JsonElement reference, String path) {
    String pointer = reference.getAsString();
    if (!pointer.equals("#") && !pointer.startsWith("#/")) {
      throw new InvalidInputException(
          path + ": $ref '" + pointer + "' is outside of the schema; put it into $defs");
    }
    JsonElement now = root;
    String[] steps = pointer.equals("#") ? new String[0] : pointer.substring(2).split("/", -1);
    for (String step : steps) {
      String key =
          URLDecoder.decode(step.replace("+", "%2B"), StandardCharsets.UTF_8)
              .replace("~1", "/")
              .replace("~0", "~");
      JsonElement next = null;
      if (now instanceof JsonObject object) {
        next = object.get(key);
      } else if (now instanceof JsonArray array && key.matches("[0-9]{1,6}")) {
        int index = Integer.parseInt(key);
        next = index < array.size() ? array.get(index) : null;
      }
      if (next == null) {
        throw new InvalidInputException(
            path + ": $ref '" + pointer + "' names nothing in the schema");
      }
      now = next;
    }
    return now;
  }

  private static JsonObject checked(JsonElement element, String path) {
    if (!(element instanceof JsonObject schema)) {
      throw new InvalidInputException(
          path + ": a schema must be an object, true or false, found " + element);
    }
    for (String key : schema.keySet()) {
      boolean known =
          ANNOTATIONS.contains(key)
              || GENERAL.contains(key)
              || OBJECT.contains(key)
              || ARRAY.contains(key)
              || TEXT.contains(key)
              || NUMBER.contains(key)
              || key.startsWith("x-");
      if (!known) {
        throw new InvalidInputException(
            path + ": the keyword '" + key + "' cannot be enforced; leave it out");
      }
    }
    return schema;
  }

  static boolean isFalse(@Nullable JsonElement schema) {
    return schema instanceof JsonPrimitive flag && flag.isBoolean() && !flag.getAsBoolean();
  }

  private static boolean isTrue(JsonElement schema) {
    return schema instanceof JsonPrimitive flag && flag.isBoolean() && flag.getAsBoolean();
  }

  /** The types that documents can have; those that the keywords are about where it does not say. */
  static Set<String> types(JsonObject schema) {
    JsonElement given = schema.get("type");
    Set<String> types = new LinkedHashSet<>();
    if (given instanceof JsonArray several) {
      several.forEach(each -> types.add(each.getAsString()));
    } else if (given != null) {
      types.add(given.getAsString());
    } else {
      for (String key : schema.keySet()) {
        if (OBJECT.contains(key)) {
          types.add("object");
        } else if (ARRAY.contains(key)) {
          types.add("array");
        } else if (TEXT.contains(key)) {
          types.add("string");
        } else if (NUMBER.contains(key)) {
          types.add("number");
        }
      }
      if (types.isEmpty()) {
        types.addAll(TYPES);
      }
    }
    for (String type : types) {
      if (!TYPES.contains(type)) {
        throw new InvalidInputException("the schema has the unknown type '" + type + "'");
      }
    }
    if (types.contains("number")) {
      types.remove("integer");
    }
    return types;
  }

  static boolean isOf(JsonElement value, String type) {
    if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
      boolean whole = primitive.getAsBigDecimal().stripTrailingZeros().scale() <= 0;
      return type.equals("number") || type.equals("integer") && whole;
    }
    return type.equals(type(value));
  }

  private static String type(JsonElement value) {
    if (value instanceof JsonPrimitive primitive) {
      return primitive.isString() ? "string" : "boolean";
    }
    return value instanceof JsonNull ? "null" : value.isJsonArray() ? "array" : "object";
  }

  /** The values of enum or const, or null where there are none. */
  static @Nullable List<JsonElement> values(JsonObject schema) {
    JsonElement constant = schema.get("const");
    JsonElement listed = schema.get("enum");
    if (constant == null && listed == null) {
      return null;
    }
    for (String key : schema.keySet()) {
      if (!Set.of("const", "enum", "type").contains(key) && !ANNOTATIONS.contains(key)) {
        throw new InvalidInputException(
            "a schema with enum or const has '" + key + "' beside it; leave one of them out");
      }
    }
    if (listed == null) {
      return List.of(constant);
    }
    List<JsonElement> values = list(listed, "enum", "the schema");
    return constant == null ? values : values.stream().filter(constant::equals).toList();
  }

  static List<JsonElement> list(JsonElement given, String key, String path) {
    if (!(given instanceof JsonArray array)) {
      throw new InvalidInputException(path + ": " + key + " must be a list, found " + given);
    }
    return array.asList();
  }

  /** A whole number, or {@code otherwise} where it is not given. */
  static int count(JsonObject schema, String key, int otherwise, String path) {
    JsonElement given = schema.get(key);
    if (given == null) {
      return otherwise;
    }
    try {
      int count = given.getAsBigDecimal().intValueExact();
      if (count >= 0) {
        return count;
      }
    } catch (ArithmeticException
        | NumberFormatException
        | UnsupportedOperationException
        | IllegalStateException e) {
      // refused below
    }
    throw new InvalidInputException(
        path + ": " + key + " must be a whole number of at least 0, found " + given);
  }

  static @Nullable String text(JsonObject schema, String key, String path) {
    JsonElement given = schema.get(key);
    if (given == null) {
      return null;
    }
    if (given instanceof JsonPrimitive text && text.isString()) {
      return text.getAsString();
    }
    throw new InvalidInputException(path + ": " + key + " must be a text, found " + given);
  }

  /** The tighter one of an inclusive and an exclusive bound. */
  static JsonNumbers.@Nullable Bound bound(
      JsonObject schema, String inclusive, String exclusive, String path) {
    BigDecimal with = number(schema, inclusive, path);
    BigDecimal without = number(schema, exclusive, path);
    if (without == null) {
      return with == null ? null : new JsonNumbers.Bound(with, false);
    }
    if (with == null) {
      return new JsonNumbers.Bound(without, true);
    }
    boolean upper = inclusive.toLowerCase(Locale.ROOT).startsWith("max");
    boolean tighter = upper ? with.compareTo(without) < 0 : with.compareTo(without) > 0;
    return tighter ? new JsonNumbers.Bound(with, false) : new JsonNumbers.Bound(without, true);
  }

  static @Nullable BigDecimal number(JsonObject schema, String key, String path) {
    JsonElement given = schema.get(key);
    if (given == null) {
      return null;
    }
    if (given instanceof JsonPrimitive number && number.isNumber()) {
      BigDecimal value = number.getAsBigDecimal();
      if (Math.abs(value.precision() - (long) value.scale()) <= 30 && value.scale() <= 30) {
        return value;
      }
    }
    throw new InvalidInputException(
        path + ": " + key + " must be a number of at most 30 digits, found " + given);
  }

  static JsonObject object(JsonObject schema, String key, String path) {
    JsonElement given = schema.get(key);
    if (given == null) {
      return new JsonObject();
    }
    if (given instanceof JsonObject object) {
      return object;
    }
    throw new InvalidInputException(path + ": " + key + " must be an object, found " + given);
  }

  static Set<String> names(JsonObject schema, String key, String path) {
    Set<String> names = new LinkedHashSet<>();
    JsonElement given = schema.get(key);
    if (given != null) {
      list(given, key, path).forEach(each -> names.add(each.getAsString()));
    }
    return names;
  }

  /** What properties that are not named must be. */
  static JsonElement otherProperties(JsonObject schema) {
    JsonElement other = schema.get("additionalProperties");
    if (other == null) {
      other = schema.get("unevaluatedProperties");
    }
    return other == null ? new JsonPrimitive(true) : other;
  }

  static List<JsonElement> prefixItems(JsonObject schema, String path) {
    JsonElement prefix = schema.get("prefixItems");
    if (prefix == null && schema.get("items") instanceof JsonArray old) {
      prefix = old;
    }
    return prefix == null ? List.of() : list(prefix, "prefixItems", path);
  }

  /** What items after those of the prefix must be. */
  static JsonElement otherItems(JsonObject schema) {
    JsonElement items = schema.get("items");
    if (items instanceof JsonArray) {
      items = schema.get("additionalItems");
    }
    if (items == null) {
      items = schema.get("unevaluatedItems");
    }
    return items == null ? new JsonPrimitive(true) : items;
  }
}
