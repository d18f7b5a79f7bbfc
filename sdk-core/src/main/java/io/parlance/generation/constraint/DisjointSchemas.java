package io.parlance.generation.constraint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a document can conform to two branches of a oneOf. What is not plain to see counts as
 * possible.
 */
final class DisjointSchemas {
  private DisjointSchemas() {}

  /**
   * Makes sure that a document that is written for one branch conforms to no other.
   *
   * @param branches without references at their top
   */
  static void require(List<JsonElement> branches, String path) {
    for (int i = 0; i < branches.size(); i++) {
      for (int j = 0; j < branches.size(); j++) {
        if (i != j && !excludes(branches.get(i), branches.get(j))) {
          throw new InvalidInputException(
              path
                  + ": a document may conform to both "
                  + Math.min(i, j)
                  + " and "
                  + Math.max(i, j)
                  + " of oneOf; use anyOf, or tell them apart by type or by a required property"
                  + " with const");
        }
      }
    }
  }

  /** Whether nothing that is written for one schema conforms to the other. */
  private static boolean excludes(JsonElement written, JsonElement other) {
    if (JsonSchema.isFalse(written) || JsonSchema.isFalse(other)) {
      return true;
    }
    if (!(written instanceof JsonObject one) || !(other instanceof JsonObject two)) {
      return false;
    }
    List<JsonElement> values = finite(one);
    List<JsonElement> others = finite(two);
    if (values != null && others != null) {
      return others.stream().noneMatch(values::contains);
    }
    if (two.has("type") && isKnown(one)) {
      Set<String> types = JsonSchema.types(two);
      boolean apart =
          values != null
              ? values.stream().noneMatch(v -> types.stream().anyMatch(t -> JsonSchema.isOf(v, t)))
              : JsonSchema.types(one).stream().noneMatch(type -> overlaps(type, types));
      if (apart) {
        return true;
      }
    }
    return onlyObjects(one) && excludesByProperty(one, two);
  }

  /** Whether the types say all that a schema allows. */
  private static boolean isKnown(JsonObject schema) {
    return finite(schema) != null || schema.has("type");
  }

  private static boolean overlaps(String type, Set<String> types) {
    return types.contains(type)
        || type.equals("number") && types.contains("integer")
        || type.equals("integer") && types.contains("number");
  }

  private static boolean onlyObjects(JsonObject schema) {
    return JsonSchema.types(schema).equals(Set.of("object"));
  }

  private static boolean excludesByProperty(JsonObject one, JsonObject two) {
    JsonObject own = JsonSchema.object(one, "properties", "oneOf");
    JsonObject others = JsonSchema.object(two, "properties", "oneOf");
    for (String name : JsonSchema.names(one, "required", "oneOf")) {
      if (others.get(name) == null) {
        if (JsonSchema.isFalse(two.get("additionalProperties"))) {
          return true;
        }
        continue;
      }
      List<JsonElement> written = finite(own.get(name));
      List<JsonElement> expected = finite(others.get(name));
      if (written != null && expected != null && written.stream().noneMatch(expected::contains)) {
        return true;
      }
    }
    boolean namesAll = one.has("properties");
    return namesAll
        && JsonSchema.names(two, "required", "oneOf").stream()
            .anyMatch(
                name ->
                    !own.has(name) && !JsonSchema.names(one, "required", "oneOf").contains(name));
  }

  private static @Nullable List<JsonElement> finite(@Nullable JsonElement schema) {
    return schema instanceof JsonObject object && (object.has("const") || object.has("enum"))
        ? JsonSchema.values(object)
        : null;
  }
}
