package io.parlance.samples.cli;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.OnnxModel;
import io.parlance.models.graph.OnnxReader;
import io.parlance.models.inspection.LayerSummary;
import io.parlance.models.inspection.ModelSummary;
import io.parlance.models.weights.SafetensorsReader;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.TensorDescription;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Describes a model part by part; what cannot be read has its error in place. */
final class InspectionReport {

  private static final Gson GSON = new Gson();
  private static final String CONFIG = "config.json";

  private final long tokens;
  private final JsonObject report = new JsonObject();
  private final List<String> tables = new ArrayList<>();
  private boolean failed;

  /**
   * An empty report.
   *
   * @param source how the model was named
   * @param tokens the length of the text that computation is counted for
   */
  InspectionReport(String source, long tokens) {
    this.tokens = tokens;
    report.addProperty("model", source);
  }

  JsonObject json() {
    return report;
  }

  /** Whether a part could not be read. */
  boolean failed() {
    return failed;
  }

  /** The tables of layers, and under them what else there is. */
  String text() {
    StringBuilder text = new StringBuilder();
    tables.forEach(table -> text.append(table).append('\n'));
    lines("", report, text);
    return text.toString();
  }

  private static void lines(String path, JsonElement element, StringBuilder text) {
    if (element.isJsonObject()) {
      for (Map.Entry<String, JsonElement> member : element.getAsJsonObject().entrySet()) {
        if (!member.getKey().equals("architecture")) { // the tables tell
          lines(
              path.isEmpty() ? member.getKey() : path + "." + member.getKey(),
              member.getValue(),
              text);
        }
      }
    } else if (element.isJsonArray()
        && element.getAsJsonArray().asList().stream().anyMatch(JsonElement::isJsonObject)) {
      for (int i = 0; i < element.getAsJsonArray().size(); i++) {
        lines(path + "." + i, element.getAsJsonArray().get(i), text);
      }
    } else {
      String value = element.isJsonPrimitive() ? element.getAsString() : element.toString();
      text.append(path).append(": ").append(value).append('\n');
    }
  }

  /** A configuration alone. */
  void model(PretrainedModel model) {
    report.add("architecture", json(summarize(model, "")));
  }

  private ModelSummary summarize(PretrainedModel model, String heading) {
    long limit = model.maximumLength().orElse(tokens);
    return add(ModelSummary.of(model, Math.max(1, Math.min(tokens, limit))), heading);
  }

  private ModelSummary add(ModelSummary summary, String heading) {
    tables.add(heading + summary.table());
    return summary;
  }

  /** Everything in a folder. */
  void folder(Path folder) throws IOException {
    report.add("config", part(() -> config(folder)));
    if (ModelFolder.open(ModelSource.of(folder)).hasTokenizer()) {
      report.add("tokenizer", part(() -> tokenizer(folder)));
    }
    report.add("graphs", parts(folder, ".onnx", file -> graph(folder, file)));
    report.add("weights", parts(folder, ".safetensors", InspectionReport::weights));
    if (report.getAsJsonArray("graphs").isEmpty() && Files.exists(folder.resolve(CONFIG))) {
      report.add("architecture", part(() -> json(summarize(built(folder), ""))));
    }
  }

  /** The model that the folder's configuration describes, with the head that its weights tell. */
  static PretrainedModel built(Path folder) {
    Set<String> names = Set.of();
    if (Files.exists(folder.resolve(SafetensorsReader.FILE_NAME))
        || Files.exists(folder.resolve(SafetensorsReader.INDEX_NAME))) {
      try (SafetensorsReader reader = SafetensorsReader.open(folder)) {
        names = reader.tensors().keySet();
      }
    }
    return Architectures.of(ModelFolder.open(ModelSource.of(folder)).config(), names);
  }

  /** One file with a graph. */
  void graph(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    report.add("graph", part(() -> graph(folder == null ? file : folder, file)));
  }

  /** Describes one part. */
  private interface Part {
    JsonObject describe() throws IOException;
  }

  private JsonObject part(Part part) {
    try {
      return part.describe();
    } catch (IOException | RuntimeException e) {
      failed = true;
      JsonObject error = new JsonObject();
      error.add("error", Failure.describe(e));
      return error;
    }
  }

  /** Describes one file. */
  private interface FilePart {
    JsonObject describe(Path file) throws IOException;
  }

  private JsonArray parts(Path folder, String ending, FilePart part) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(folder, 2)) {
      files = found.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
    JsonArray parts = new JsonArray();
    for (Path file : files) {
      JsonObject description = new JsonObject();
      description.addProperty("file", folder.relativize(file).toString());
      description.addProperty("bytes", Files.size(file));
      part(() -> part.describe(file))
          .entrySet()
          .forEach(entry -> description.add(entry.getKey(), entry.getValue()));
      parts.add(description);
    }
    return parts;
  }

  private static JsonObject config(Path folder) {
    ModelConfig config = ModelFolder.open(ModelSource.of(folder)).config();
    JsonObject description = new JsonObject();
    description.add("architectures", texts(config.architectures()));
    config.modelType().ifPresent(type -> description.addProperty("model_type", type));
    config.problemType().ifPresent(type -> description.addProperty("problem_type", type));
    config.vocabularySize().ifPresent(size -> description.addProperty("vocabulary_size", size));
    config.maximumLength().ifPresent(size -> description.addProperty("maximum_length", size));
    description.add("labels", texts(config.labels()));
    return description;
  }

  private static JsonObject tokenizer(Path folder) {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      JsonObject description = new JsonObject();
      description.addProperty("vocabulary_size", tokenizer.vocabularySize());
      tokenizer
          .modelMaxLength()
          .ifPresent(length -> description.addProperty("model_max_length", length));
      description.add("special_tokens", GSON.toJsonTree(tokenizer.specialTokens()));
      return description;
    }
  }

  private JsonObject graph(Path folder, Path file) {
    JsonObject description = new JsonObject();
    try (OnnxModel onnx = OnnxReader.read(file)) {
      Graph graph = onnx.graph();
      description.addProperty("opset", graph.opset());
      description.addProperty("parameters", graph.parameterCount());
      Map<String, Integer> operators = new TreeMap<>();
      for (Node node : graph.nodes()) {
        operators.merge(node.operator(), 1, Integer::sum);
      }
      description.add("operators", GSON.toJsonTree(operators));
      description.add("metadata", GSON.toJsonTree(onnx.metadata()));
      JsonObject configuration =
          ModelFolder.open(ModelSource.of(folder)).json(CONFIG).orElseGet(JsonObject::new);
      ModelSummary summary = ModelSummary.of(graph, tokens, configuration);
      description.add("architecture", json(add(summary, file.getFileName() + ": ")));
    }
    try (Session session = Session.load(file, SessionOptions.defaults())) {
      description.add("inputs", signature(session.inputs()));
      description.add("outputs", signature(session.outputs()));
    }
    return description;
  }

  private static JsonObject weights(Path file) {
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      long parameters = 0;
      Map<String, Integer> types = new TreeMap<>();
      for (SafetensorsReader.Description tensor : reader.tensors().values()) {
        parameters += tensor.shape().stream().reduce(1L, Math::multiplyExact);
        types.merge(tensor.dtype(), 1, Integer::sum);
      }
      JsonObject description = new JsonObject();
      description.addProperty("parameters", parameters);
      description.add("tensors", GSON.toJsonTree(types));
      return description;
    }
  }

  private static JsonObject json(ModelSummary summary) {
    JsonObject json = new JsonObject();
    json.addProperty("name", summary.name());
    json.addProperty("parameters", summary.parameters());
    json.addProperty("active_parameters", summary.activeParameters());
    json.addProperty("tokens", summary.tokens());
    json.addProperty("flops_per_token", Math.round(summary.flops()));
    json.addProperty("kv_cache_bytes_per_token", summary.cacheBytes());
    JsonArray layers = new JsonArray();
    for (LayerSummary layer : summary.layers()) {
      JsonObject line = new JsonObject();
      line.addProperty("layer", layer.path());
      line.addProperty("count", layer.count());
      line.addProperty("operators", layer.operators());
      line.add("weights", texts(layer.weights()));
      line.addProperty("output", layer.output());
      line.addProperty("parameters", layer.parameters());
      line.addProperty("flops_per_token", Math.round(layer.flops()));
      layers.add(line);
    }
    json.add("layers", layers);
    return json;
  }

  private static JsonObject signature(Map<String, TensorDescription> tensors) {
    JsonObject signature = new JsonObject();
    tensors.forEach((name, tensor) -> signature.addProperty(name, tensor.toString()));
    return signature;
  }

  private static JsonArray texts(List<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }
}
