package io.parlance.models;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.parlance.models.weights.TensorJson;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reference models with their inputs and outputs, from the test resources. */
public final class Goldens {

  private Goldens() {}

  /**
   * A folder under {@code goldens} of the test resources, such as {@code architectures/bert-base}.
   */
  public static Path folder(String name) {
    try {
      URI uri = Goldens.class.getResource("/goldens/" + name).toURI();
      return Path.of(uri);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The tensors of a file of the form {@code {"cases": {CASE: {NAME: tensor}}}}. */
  public static Map<String, Map<String, Tensor>> cases(Path file) throws IOException {
    Map<String, Map<String, Tensor>> cases = new LinkedHashMap<>();
    try (JsonReader json = new JsonReader(Files.newBufferedReader(file))) {
      find(json, "cases");
      json.beginObject();
      while (json.hasNext()) {
        cases.put(json.nextName(), tensors(json));
      }
    }
    return cases;
  }

  /** The tensors of the member {@code name} of an object. */
  public static Map<String, Tensor> member(JsonReader json, String name) throws IOException {
    find(json, name);
    return tensors(json);
  }

  private static void find(JsonReader json, String name) throws IOException {
    json.beginObject();
    while (!json.nextName().equals(name)) {
      json.skipValue();
    }
  }

  /** An object of tensors by name; other members are left out. */
  private static Map<String, Tensor> tensors(JsonReader json) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    json.beginObject();
    while (json.hasNext()) {
      String name = json.nextName();
      if (json.peek() == JsonToken.BEGIN_OBJECT) {
        tensors.put(name, TensorJson.read(json));
      } else {
        json.skipValue();
      }
    }
    json.endObject();
    return tensors;
  }
}
