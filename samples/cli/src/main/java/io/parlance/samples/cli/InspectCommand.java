package io.parlance.samples.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelDownload;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.model.hub.HubOptions;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.OnnxModel;
import io.parlance.models.graph.OnnxReader;
import io.parlance.models.weights.SafetensorsReader;
import io.parlance.runtime.Diagnostics;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.TensorDescription;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what is in a model folder, or what the machine offers. */
@Command(
    name = "inspect",
    description = {
      "Tells what is in a model folder, or what this machine offers.",
      "Writes one JSON object: configuration, tokenizer, graphs with their inputs and "
          + "outputs, weights. What cannot be read has its error in place; the exit status is "
          + "3 then."
    })
final class InspectCommand extends Subcommand {

  private static final Gson PRETTY =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  @Option(
      names = "--model",
      paramLabel = "SOURCE",
      description = "A model folder, or hf:ORGANISATION/NAME[@REVISION].")
  private @Nullable String source;

  @Option(
      names = "--system",
      description =
          "Tell what this machine offers to the native libraries and what is missing, and try to "
              + "load ONNX Runtime; the exit status is 3 if a problem was found.")
  private boolean system;

  @Option(names = "--json", description = "With --system: write JSON instead of text.")
  private boolean json;

  private Path model = Path.of("");

  private boolean failed;

  /** Describes one part of the folder. */
  private interface Part {
    JsonObject describe() throws IOException;
  }

  @Override
  public Integer call() throws IOException {
    if (source == null ? !system : system) {
      throw new RefusedException("give --model SOURCE or --system");
    }
    return source == null ? inspectSystem() : inspectModel(source);
  }

  private int inspectSystem() throws IOException {
    Diagnostics report = Diagnostics.read().tryNative();
    write(json ? PRETTY.toJson(report) + "\n" : report.toString());
    return report.problems().isEmpty() ? ExitStatus.SUCCESS : ExitStatus.SOME_LINES_FAILED;
  }

  private void write(String text) throws IOException {
    streams().out().write(text.getBytes(StandardCharsets.UTF_8));
    streams().out().flush();
  }

  private int inspectModel(String source) throws IOException {
    model = folder(source);
    if (!Files.isDirectory(model)) {
      throw new RefusedException("there is no model folder " + model.toAbsolutePath());
    }
    JsonObject report = new JsonObject();
    report.addProperty("model", source);
    report.add("config", part(this::config));
    report.add("tokenizer", part(this::tokenizer));
    report.add("graphs", parts(".onnx", this::graph));
    report.add("weights", parts(".safetensors", this::weights));
    write(PRETTY.toJson(report) + "\n");
    return failed ? ExitStatus.SOME_LINES_FAILED : ExitStatus.SUCCESS;
  }

  private Path folder(String source) {
    if (ModelSource.of(source) instanceof ModelSource.Hub hub) {
      HubOptions options = HubOptions.fromEnvironment().listener(new DownloadDisplay(streams()));
      return ModelDownload.fetch(hub.withOptions(options));
    }
    return Path.of(source);
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

  private JsonArray parts(String ending, FilePart part) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(model, 2)) {
      files = found.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
    JsonArray parts = new JsonArray();
    for (Path file : files) {
      JsonObject description = new JsonObject();
      description.addProperty("file", model.relativize(file).toString());
      description.addProperty("bytes", Files.size(file));
      part(() -> part.describe(file))
          .entrySet()
          .forEach(entry -> description.add(entry.getKey(), entry.getValue()));
      parts.add(description);
    }
    return parts;
  }

  private JsonObject config() {
    ModelConfig config = ModelFolder.open(ModelSource.of(model)).config();
    JsonObject description = new JsonObject();
    description.add("architectures", texts(config.architectures()));
    config.modelType().ifPresent(type -> description.addProperty("model_type", type));
    config.problemType().ifPresent(type -> description.addProperty("problem_type", type));
    config.vocabularySize().ifPresent(size -> description.addProperty("vocabulary_size", size));
    config.maximumLength().ifPresent(size -> description.addProperty("maximum_length", size));
    description.add("labels", texts(config.labels()));
    return description;
  }

  private JsonObject tokenizer() {
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      JsonObject description = new JsonObject();
      description.addProperty("vocabulary_size", tokenizer.vocabularySize());
      tokenizer
          .modelMaxLength()
          .ifPresent(length -> description.addProperty("model_max_length", length));
      description.add("special_tokens", PRETTY.toJsonTree(tokenizer.specialTokens()));
      return description;
    }
  }

  private JsonObject graph(Path file) {
    JsonObject description = new JsonObject();
    try (OnnxModel onnx = OnnxReader.read(file)) {
      Graph graph = onnx.graph();
      description.addProperty("opset", graph.opset());
      description.addProperty("parameters", graph.parameterCount());
      Map<String, Integer> operators = new TreeMap<>();
      for (Node node : graph.nodes()) {
        operators.merge(node.operator(), 1, Integer::sum);
      }
      description.add("operators", PRETTY.toJsonTree(operators));
      description.add("metadata", PRETTY.toJsonTree(onnx.metadata()));
    }
    try (Session session = Session.load(file, SessionOptions.defaults())) {
      description.add("inputs", signature(session.inputs()));
      description.add("outputs", signature(session.outputs()));
    }
    return description;
  }

  private JsonObject weights(Path file) {
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      long parameters = 0;
      Map<String, Integer> types = new TreeMap<>();
      for (SafetensorsReader.Description tensor : reader.tensors().values()) {
        parameters += tensor.shape().stream().reduce(1L, Math::multiplyExact);
        types.merge(tensor.dtype(), 1, Integer::sum);
      }
      JsonObject description = new JsonObject();
      description.addProperty("parameters", parameters);
      description.add("tensors", PRETTY.toJsonTree(types));
      return description;
    }
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
