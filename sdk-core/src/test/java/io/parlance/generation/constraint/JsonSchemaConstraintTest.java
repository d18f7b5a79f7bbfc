package io.parlance.generation.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.parlance.InvalidInputException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is held against a validator of others. */
class JsonSchemaConstraintTest {
  private static com.networknt.schema.JsonSchema validator(String schema) {
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(schema, InputFormat.JSON, config);
  }

  private static void assertConforms(String schema, int[] budgets, int times) {
    com.networknt.schema.JsonSchema validator = validator(schema);
    JsonElement parsed = JsonParser.parseString(schema);
    for (String model : List.of("gpt2-with-past", "stories260K")) {
      try (RandomWriter writer = new RandomWriter(model)) {
        TokenConstraint constraint = new Constraint.Schema(parsed).on(writer.vocabulary());
        for (int budget : budgets) {
          for (int seed = 0; seed < times; seed++) {
            String text = writer.write(constraint, budget, new Random(seed)).text();
            assertThat(validator.validate(text, InputFormat.JSON))
                .as("%s with %s: %s", schema, model, text)
                .isEmpty();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0,"maximum":150}},
         "required":["name","age"],"additionalProperties":false}\
        """,
        """
        {"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"null"},"c":{"type":"number"}},
         "minProperties":2}\
        """,
        """
        {"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"null"},"c":{"type":"number"}},
         "minProperties":1,"maxProperties":2,"required":["c"]}\
        """,
        """
        {"type":"array","items":{"type":"integer","exclusiveMinimum":-7,"maximum":12},"minItems":2,"maxItems":4}\
        """,
        """
        {"type":"array","items":{"enum":["red","gr\\u00fcn","a\\"b",3,null,{"x":[1]}]}}\
        """,
        """
        {"type":"array","prefixItems":[{"type":"string","maxLength":3},{"type":"number"}],"items":false,"minItems":2}\
        """,
        """
        {"type":"string","minLength":3,"maxLength":5}\
        """,
        """
        {"type":"string","pattern":"^[A-Z]{2}\\\\d{3}$"}\
        """,
        """
        {"type":"string","pattern":"b+\\"","maxLength":9}\
        """,
        """
        {"type":"number","minimum":-1.5,"exclusiveMaximum":2.25}\
        """,
        """
        {"type":"number","exclusiveMinimum":0,"maximum":0.01}\
        """,
        """
        {"type":"number","minimum":10,"maximum":99.5,"multipleOf":0.01}\
        """,
        """
        {"type":"integer","minimum":-20,"maximum":1000,"multipleOf":7}\
        """,
        """
        {"const":{"b":[true,null,1.5,"x/y<z>"]}}\
        """,
        """
        {"anyOf":[{"type":"string","maxLength":4},{"type":"array","items":{"type":"boolean"}},{"const":7}]}\
        """,
        """
        {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"x":{"type":"integer"}},"required":["kind","x"]},
         {"type":"object","properties":{"kind":{"const":"b"},"y":{"type":"string"}},"required":["kind"]}]}\
        """,
        """
        {"$defs":{"tree":{"type":"object","properties":{"value":{"type":"integer"},
         "children":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"required":["value"]}},"$ref":"#/$defs/tree"}\
        """,
        """
        {"type":"object","properties":{"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["next"]}\
        """,
        """
        {"allOf":[{"properties":{"a":{"type":"integer","minimum":3}},"required":["a"]},
         {"type":"object","properties":{"a":{"maximum":5},"b":{"type":"string"}},"required":["b"]}]}\
        """,
        """
        {"type":["string","null","integer"],"minLength":2}\
        """,
        """
        {"type":"object","additionalProperties":{"type":"integer"},"maxProperties":3}\
        """,
        """
        {"type":"object","properties":{"a":{"type":"string"}},"required":["a","extra"],"additionalProperties":{"type":"boolean"}}\
        """,
        """
        {"type":"string","format":"date"}\
        """,
        """
        {"type":"object","properties":{"at":{"format":"date-time"},"id":{"type":"string","format":"uuid"},
         "ip":{"type":"string","format":"ipv4"},"mail":{"type":"string","format":"email"}}}\
        """,
        """
        {"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":{"type":"null"},"b":{"type":"null"}}}\
        """,
        "{}",
        "true",
        """
        {"type":"object","properties":{"no":false,"yes":{}}}\
        """,
      })
  void everyDocumentConforms(String schema) {
    assertConforms(schema, new int[] {150, 90}, 8);
  }

  @Test
  void everyDocumentOfRandomSchemasConforms() {
    int written = 0;
    try (RandomWriter llama = new RandomWriter("stories260K");
        RandomWriter gpt = new RandomWriter("gpt2-with-past")) {
      for (int seed = 0; seed < 400; seed++) {
        Random random = new Random(seed);
        JsonElement schema = schema(random, 3);
        RandomWriter writer = seed % 2 == 0 ? llama : gpt;
        TokenConstraint constraint = new Constraint.Schema(schema).on(writer.vocabulary());
        com.networknt.schema.JsonSchema validator = validator(schema.toString());
        for (int budget : new int[] {300, 60, 25}) {
          String text;
          try {
            text = writer.write(constraint, budget, random).text();
          } catch (InvalidInputException e) {
            assertThat(e).hasMessageContaining("cannot be met with " + budget);
            continue;
          }
          written++;
          assertThat(validator.validate(text, InputFormat.JSON))
              .as("%s: %s", schema, text)
              .isEmpty();
        }
      }
    }
    assertThat(written).isGreaterThan(800);
  }

  private static JsonElement schema(Random random, int depth) {
    JsonObject schema = new JsonObject();
    switch (random.nextInt(depth == 0 ? 6 : 10)) {
      case 0 -> {
        schema.addProperty("type", "string");
        schema.addProperty("minLength", random.nextInt(4));
        schema.addProperty("maxLength", 3 + random.nextInt(9));
      }
      case 1 -> {
        schema.addProperty("type", "integer");
        int low = random.nextInt(2000) - 1000;
        schema.addProperty("minimum", low);
        schema.addProperty("exclusiveMaximum", low + 1 + random.nextInt(300));
      }
      case 2 -> {
        schema.addProperty("type", "number");
        double low = (random.nextInt(4000) - 2000) / 100.0;
        schema.addProperty(random.nextBoolean() ? "minimum" : "exclusiveMinimum", low);
        schema.addProperty(random.nextBoolean() ? "maximum" : "exclusiveMaximum", low + 0.25);
      }
      case 3 -> schema.addProperty("type", random.nextBoolean() ? "boolean" : "null");
      case 4 -> {
        JsonArray values = new JsonArray();
        for (String value : List.of("one", "two words", "\u4e2d\u6587", "q\"\\")) {
          values.add(value);
        }
        values.add(random.nextInt(100));
        schema.add("enum", values);
      }
      case 5 -> {
        schema.addProperty("type", "string");
        schema.addProperty(
            "pattern", List.of("^\\w+$", "[aeiou]{2}", "^(x|yz)+$", "\\d$").get(random.nextInt(4)));
      }
      case 6 -> {
        schema.addProperty("type", "array");
        schema.add("items", schema(random, depth - 1));
        int least = random.nextInt(3);
        schema.addProperty("minItems", least);
        if (random.nextBoolean()) {
          schema.addProperty("maxItems", least + random.nextInt(3));
        }
      }
      case 7 -> {
        JsonArray any = new JsonArray();
        any.add(schema(random, depth - 1));
        any.add(schema(random, depth - 1));
        schema.add("anyOf", any);
      }
      default -> {
        schema.addProperty("type", "object");
        JsonObject properties = new JsonObject();
        JsonArray required = new JsonArray();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
          String name = List.of("id", "na me", "x\"y", "\u00e4").get(i);
          properties.add(name, schema(random, depth - 1));
          if (random.nextBoolean()) {
            required.add(name);
          }
        }
        schema.add("properties", properties);
        schema.add("required", required);
        if (random.nextBoolean()) {
          schema.add("additionalProperties", new JsonPrimitive(false));
        }
      }
    }
    return schema;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"not\":{}}; #: the keyword 'not' cannot be enforced",
        "{\"properties\":{\"a\":{\"if\":true}}}; #/properties/a: the keyword 'if'",
        "{\"patternProperties\":{}}; the keyword 'patternProperties'",
        "{\"type\":\"array\",\"uniqueItems\":true}; uniqueItems cannot be enforced",
        "{\"format\":\"iri\"}; format 'iri' cannot be enforced",
        "{\"type\":\"number\",\"multipleOf\":0.3}; multipleOf 0.3 cannot be enforced",
        "{\"oneOf\":[{\"type\":\"number\"},{\"type\":\"integer\"}]}; may conform to both 0 and 1 of"
            + " oneOf",
        "{\"$ref\":\"http://example.org/x\"}; is outside of the schema",
        "{\"$ref\":\"#/$defs/a\"}; names nothing",
        "{\"$ref\":\"#\"}; refers to itself",
        "{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]}; refers to itself",
        "{\"pattern\":\"(?=a)\"}; look-around",
        "{\"type\":\"text\"}; unknown type 'text'",
        "{\"minLength\":-1}; minLength must be a whole number",
        "{\"minimum\":\"3\"}; minimum must be a number",
        "{\"maxLength\":1000000}; maxLength can be 10000 at most",
        "{\"minProperties\":2,\"type\":\"object\"}; minProperties 2 cannot be enforced",
        "[]; a schema must be an object",
      })
  void whatCannotBeEnforcedIsRefusedByName(String schema, String message) {
    assertThatThrownBy(() -> new Constraint.Schema(JsonParser.parseString(schema)).check())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aSchemaWithoutDocumentsIsRefused() {
    try (RandomWriter writer = new RandomWriter("gpt2-with-past")) {
      for (String schema :
          List.of(
              "false",
              "{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}",
              "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"type\":\"object\",\"properties\":"
                  + "{\"a\":{\"$ref\":\"#/$defs/a\"}},\"required\":[\"a\"]}}}")) {
        TokenConstraint constraint =
            new Constraint.Schema(JsonParser.parseString(schema)).on(writer.vocabulary());
        assertThatThrownBy(() -> writer.write(constraint, 100, new Random(1)))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("the JSON schema allows no text");
      }
    }
  }
}
