package io.parlance.generation.constraint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dk.brics.automaton.Automaton;
import io.parlance.InvalidInputException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes grammars of JSON schemas. The texts are some of the documents that conform, written without
 * white space but for one space after a colon or comma: properties come in the order of the schema,
 * none but those it names, or any names where it names none.
 */
final class JsonSchemaCompiler {
  private static final Gson COMPACT =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

  private final JsonSchema document;
  private final Grammar.Builder grammar = new Grammar.Builder();
  private final Map<JsonElement, Integer> rules = new HashMap<>();

  private JsonSchemaCompiler(JsonElement schema) {
    this.document = new JsonSchema(schema);
  }

  /**
   * The documents of a schema.
   *
   * @throws InvalidInputException if it is no schema, or has a keyword that cannot be enforced
   */
  static Grammar compile(JsonElement schema) {
    JsonSchemaCompiler compiler = new JsonSchemaCompiler(schema);
    compiler.rule(schema, "#");
    return compiler.grammar.build();
  }

  /** The rule of a schema; equal schemas share one. */
  private int rule(JsonElement schema, String path) {
    Integer known = rules.get(schema);
    if (known != null) {
      return known;
    }
    int rule = grammar.rule();
    rules.put(schema, rule);
    for (JsonObject each : document.alternatives(schema, path)) {
      define(rule, each, path);
    }
    return rule;
  }

  private void define(int rule, JsonObject schema, String path) {
    JsonElement reference = schema.get("$ref");
    if (reference != null) {
      end(grammar.call(branch(rule), rule(document.resolve(reference, path), path)));
      return;
    }
    List<JsonElement> values = JsonSchema.values(schema);
    if (values != null) {
      for (JsonElement value : values) {
        if (JsonSchema.types(schema).stream().anyMatch(type -> JsonSchema.isOf(value, type))) {
          end(grammar.literal(branch(rule), COMPACT.toJson(value)));
        }
      }
      return;
    }
    for (String type : JsonSchema.types(schema)) {
      int from = branch(rule);
      switch (type) {
        case "null" -> end(grammar.literal(from, "null"));
        case "boolean" -> {
          end(grammar.literal(from, "true"));
          end(grammar.literal(branch(rule), "false"));
        }
        case "integer", "number" -> end(grammar.automaton(from, numbers(schema, type, path)));
        case "string" -> end(string(from, schema, path));
        case "array" -> array(from, schema, path);
        default -> object(from, schema, path);
      }
    }
  }

  /** A node for one more way to write a rule. */
  private int branch(int rule) {
    int node = grammar.node();
    grammar.silent(grammar.start(rule), node);
    return node;
  }

  private void end(int node) {
    grammar.end(node);
  }

  private int string(int from, JsonObject schema, String path) {
    int least = JsonSchema.count(schema, "minLength", 0, path);
    int most = JsonSchema.count(schema, "maxLength", -1, path);
    if (Math.max(least, most) > JsonStrings.MOST_LENGTH) {
      throw new InvalidInputException(
          path + ": minLength and maxLength can be " + JsonStrings.MOST_LENGTH + " at most");
    }
    String pattern = JsonSchema.text(schema, "pattern", path);
    String format = JsonSchema.text(schema, "format", path);
    if (pattern != null || format != null) {
      return grammar.automaton(from, JsonStrings.strings(least, most, pattern, format, path));
    }
    Automaton character = JsonStrings.usual();
    int at = grammar.literal(from, "\"");
    int close = grammar.node();
    for (int length = 0; length < Math.max(least, most); length++) {
      if (length >= least) {
        grammar.silent(at, close);
      }
      at = grammar.automaton(at, character);
    }
    if (most < 0) {
      int loop = grammar.node();
      grammar.silent(at, loop);
      grammar.silent(grammar.automaton(loop, character), loop);
      at = loop;
    }
    if (most < 0 || most >= least) {
      grammar.silent(at, close);
    }
    return grammar.literal(close, "\"");
  }

  private static Automaton numbers(JsonObject schema, String type, String path) {
    JsonNumbers.Bound low = JsonSchema.bound(schema, "minimum", "exclusiveMinimum", path);
    JsonNumbers.Bound high = JsonSchema.bound(schema, "maximum", "exclusiveMaximum", path);
    boolean integer = type.equals("integer");
    JsonElement step = schema.get("multipleOf");
    if (step == null) {
      return JsonNumbers.between(low, high, integer, -1);
    }
    String written = step.getAsBigDecimal().stripTrailingZeros().toPlainString();
    if (written.matches("0\\.0*1")) {
      return JsonNumbers.between(low, high, integer, written.length() - 2);
    }
    if (written.matches("[1-9][0-9]{0,3}")) {
      return JsonNumbers.between(low, high, true, 0)
          .intersection(JsonNumbers.multiples(Integer.parseInt(written)));
    }
    throw new InvalidInputException(
        path
            + ": multipleOf "
            + written
            + " cannot be enforced; it can be a whole number up to 9999, or 0.1, 0.01, ...");
  }

  private void array(int from, JsonObject schema, String path) {
    List<JsonElement> prefix = JsonSchema.prefixItems(schema, path);
    JsonElement rest = JsonSchema.otherItems(schema);
    int least = JsonSchema.count(schema, "minItems", 0, path);
    int most = JsonSchema.count(schema, "maxItems", -1, path);
    if (JsonSchema.isFalse(rest)) {
      most = most < 0 ? prefix.size() : Math.min(most, prefix.size());
    }
    if (most >= 0 && most < least) {
      return;
    }
    boolean unique = schema.has("uniqueItems") && schema.get("uniqueItems").getAsBoolean();
    if (unique && (most < 0 || most > 1)) {
      throw new InvalidInputException(
          path + ": uniqueItems cannot be enforced for more than 1 item; leave it out");
    }
    int at = grammar.literal(from, "[");
    int counted = most >= 0 ? most : Math.max(prefix.size(), least);
    for (int i = 0; i < counted; i++) {
      if (i >= least) {
        end(grammar.literal(at, "]"));
      }
      boolean named = i < prefix.size();
      String place = path + (named ? "/prefixItems/" + i : "/items");
      at = grammar.call(i == 0 ? hop(at) : comma(at), rule(named ? prefix.get(i) : rest, place));
    }
    end(grammar.literal(at, "]"));
    if (most < 0) {
      int next = counted == 0 ? hop(at) : comma(at);
      int rule = rule(rest, path + "/items");
      int again = grammar.call(next, rule);
      if (counted == 0) {
        end(grammar.literal(again, "]"));
        grammar.silent(grammar.call(comma(again), rule), again);
      } else {
        grammar.silent(again, at);
      }
    }
  }

  private int hop(int from) {
    int to = grammar.node();
    grammar.silent(from, to);
    return to;
  }

  private int comma(int from) {
    return optionalSpace(grammar.literal(from, ","));
  }

  private int optionalSpace(int from) {
    int to = grammar.literal(from, " ");
    grammar.silent(from, to);
    return to;
  }

  private void object(int from, JsonObject schema, String path) {
    Map<String, JsonElement> properties = new LinkedHashMap<>();
    JsonSchema.object(schema, "properties", path)
        .entrySet()
        .forEach(entry -> properties.put(entry.getKey(), entry.getValue()));
    JsonElement other = JsonSchema.otherProperties(schema);
    Set<String> required = JsonSchema.names(schema, "required", path);
    for (String name : required) {
      properties.putIfAbsent(name, other);
    }
    properties
        .entrySet()
        .removeIf(e -> JsonSchema.isFalse(e.getValue()) && !required.contains(e.getKey()));
    int least = JsonSchema.count(schema, "minProperties", 0, path);
    int most = JsonSchema.count(schema, "maxProperties", -1, path);
    int open = grammar.literal(from, "{");
    if (properties.isEmpty() && !JsonSchema.isFalse(other) && !schema.has("properties")) {
      anyNames(open, other, least, most, path);
      return;
    }
    // the last count stands for itself and all above
    int counts = most >= 0 ? most + 1 : Math.max(1, least);
    int[] at = new int[counts + 1];
    for (int i = 0; i < at.length; i++) {
      at[i] = i == 0 ? open : grammar.node();
    }
    for (Map.Entry<String, JsonElement> property : properties.entrySet()) {
      at = property(at, property, required.contains(property.getKey()), path);
    }
    int last = most >= 0 ? most : counts;
    for (int count = least; count <= Math.min(last, counts); count++) {
      end(grammar.literal(at[count], "}"));
    }
  }

  /** From the nodes before a property, one for each count, to those after it. */
  private int[] property(
      int[] at, Map.Entry<String, JsonElement> property, boolean required, String path) {
    int rule = rule(property.getValue(), path + "/properties/" + property.getKey());
    int[] next = new int[at.length];
    for (int i = 0; i < next.length; i++) {
      next[i] = grammar.node();
    }
    for (int count = 0; count < at.length; count++) {
      if (!required) {
        grammar.silent(at[count], next[count]);
      }
      int key = count == 0 ? hop(at[count]) : comma(at[count]);
      int value =
          optionalSpace(
              grammar.literal(key, COMPACT.toJson(new JsonPrimitive(property.getKey())) + ":"));
      grammar.silent(grammar.call(value, rule), next[Math.min(count + 1, at.length - 1)]);
    }
    return next;
  }

  /** Properties of any name; the same name may come again, so that few can be promised. */
  private void anyNames(int open, JsonElement values, int least, int most, String path) {
    if (least > 1) {
      throw new InvalidInputException(
          path + ": minProperties " + least + " cannot be enforced without names; list properties");
    }
    int names = rule(JsonSchema.STRING, path);
    int rule = rule(values, path + "/additionalProperties");
    if (least == 0) {
      end(grammar.literal(open, "}"));
    }
    int at = open;
    int counted = most < 0 ? 1 : most;
    for (int i = 0; i < counted; i++) {
      at = pair(i == 0 ? hop(at) : comma(at), names, rule);
      end(grammar.literal(at, "}"));
    }
    if (most < 0) {
      grammar.silent(pair(comma(at), names, rule), at);
    }
  }

  private int pair(int from, int names, int values) {
    int colon = optionalSpace(grammar.literal(grammar.call(from, names), ":"));
    return grammar.call(colon, values);
  }
}
