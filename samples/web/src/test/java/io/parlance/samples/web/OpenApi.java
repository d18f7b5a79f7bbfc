package io.parlance.samples.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import org.yaml.snakeyaml.Yaml;

/** The description of the API that the application serves. */
final class OpenApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final JsonNode document;

  private OpenApi(JsonNode document) {
    this.document = document;
  }

  static OpenApi read() throws IOException {
    try (InputStream in = OpenApi.class.getResourceAsStream("/static/openapi.yaml")) {
      return new OpenApi(JSON.valueToTree(new Yaml().load(in)));
    }
  }

  JsonNode document() {
    return document;
  }

  JsonNode schema(String name) {
    JsonNode found = document.at("/components/schemas/" + name);
    assertThat(found.isMissingNode()).as("schema %s", name).isFalse();
    return found;
  }

  /** Asserts that a value has the shape of a schema. */
  void assertValid(String schema, JsonNode value) {
    ObjectNode root = JSON.createObjectNode();
    root.set("components", document.get("components"));
    root.put("$ref", "#/components/schemas/" + schema);
    JsonSchema compiled =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(root);
    assertThat(compiled.validate(value)).as("%s as %s", value, schema).isEmpty();
  }
}
