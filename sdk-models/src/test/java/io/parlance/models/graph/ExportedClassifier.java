package io.parlance.models.graph;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A classifier that optimum exported, with the logits that the reference implementation gives. */
public final class ExportedClassifier {

  private static final String FOLDER = "/goldens/exported/bert-sequence-classification/";

  private ExportedClassifier() {}

  /** The graph. */
  public static Path file() {
    return resource("model.onnx");
  }

  private static Path resource(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(ExportedClassifier.class.getResource(FOLDER + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The largest distance of a model's logits from the reference's over all cases. */
  public static double largestError(Path model) throws IOException {
    double largest = 0;
    JsonObject expected =
        JsonParser.parseString(Files.readString(resource("expected.json"))).getAsJsonObject();
    try (Session session = Session.load(model, SessionOptions.defaults())) {
      for (JsonElement element : expected.getAsJsonArray("cases")) {
        JsonObject example = element.getAsJsonObject();
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        example
            .getAsJsonObject("inputs")
            .entrySet()
            .forEach(e -> inputs.put(e.getKey(), integers(e.getValue().getAsJsonObject())));
        try (Outputs outputs = session.run(inputs)) {
          float[] logits = outputs.get("logits").toFloatArray();
          JsonArray reference =
              example.getAsJsonObject("outputs").getAsJsonObject("logits").getAsJsonArray("data");
          for (int i = 0; i < logits.length; i++) {
            largest = Math.max(largest, Math.abs(logits[i] - reference.get(i).getAsDouble()));
          }
        }
        inputs.values().forEach(Tensor::close);
      }
    }
    return largest;
  }

  private static Tensor integers(JsonObject tensor) {
    return Tensor.of(longs(tensor.getAsJsonArray("data")), longs(tensor.getAsJsonArray("shape")));
  }

  private static long[] longs(JsonArray array) {
    return array.asList().stream().mapToLong(JsonElement::getAsLong).toArray();
  }
}
