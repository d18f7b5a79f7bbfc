package io.parlance.models.export;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.files.AtomicFile;
import io.parlance.models.files.AtomicFolder;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxReader;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.weights.SafetensorsReader;
import io.parlance.models.weights.SafetensorsWriter;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model as a folder of the conventional layout, which any ONNX consumer loads: {@code
 * config.json}, {@code model.onnx} with inputs {@code input_ids attention_mask [token_type_ids]},
 * the tokenizer's files and, on request, {@code model.safetensors} for further training. Immutable:
 * every call but {@link #write} returns a new exporter.
 */
public final class ModelExporter {

  private static final String CONFIG = "config.json";

  private static final Set<String> OWN_FILES =
      Stream.concat(
              Stream.of(CONFIG, SafetensorsReader.FILE_NAME),
              Stream.concat(
                  TokenizerFiles.NAMES.stream(),
                  Stream.of(Precision.values())
                      .flatMap(p -> Stream.of(p.fileName(), p.fileName() + "_data"))))
          .collect(Collectors.toUnmodifiableSet());

  // the reference writes config.json with two spaces and null where nothing is set
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  private final PretrainedModel model;
  private final Map<String, Tensor> parameters;
  private final @Nullable TokenizerFiles tokenizer;
  private final Map<String, Precision> graphs;
  private final boolean safetensors;
  private final Map<String, String> metadata;

  private ModelExporter(
      PretrainedModel model,
      Map<String, Tensor> parameters,
      @Nullable TokenizerFiles tokenizer,
      Map<String, Precision> graphs,
      boolean safetensors,
      Map<String, String> metadata) {
    this.model = model;
    this.parameters = parameters;
    this.tokenizer = tokenizer;
    this.graphs = graphs;
    this.safetensors = safetensors;
    this.metadata = metadata;
  }

  /**
   * An exporter of a model in full precision.
   *
   * @param parameters a value for each of the model's parameters; they are read when the folder is
   *     written
   */
  public static ModelExporter of(PretrainedModel model, Map<String, Tensor> parameters) {
    return new ModelExporter(
        model,
        parameters,
        null,
        Map.of(Precision.FLOAT32.fileName(), Precision.FLOAT32),
        false,
        Map.of());
  }

  /**
   * Adds the tokenizer that lies in a folder.
   *
   * @throws io.parlance.ModelNotFoundException if there is no {@code tokenizer.json}
   */
  public ModelExporter tokenizer(Path folder) {
    return tokenizer(TokenizerFiles.in(folder));
  }

  /**
   * Adds a tokenizer.
   *
   * @param files contents by name, {@code tokenizer.json} among them
   */
  public ModelExporter tokenizer(Map<String, String> files) {
    if (!files.containsKey(TokenizerFiles.DEFINITION)) {
      throw new IllegalArgumentException(
          "a tokenizer has a " + TokenizerFiles.DEFINITION + "; given are " + files.keySet());
    }
    Map<String, byte[]> contents = new LinkedHashMap<>();
    files.forEach((name, text) -> contents.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return tokenizer(new TokenizerFiles(contents));
  }

  private ModelExporter tokenizer(TokenizerFiles files) {
    return new ModelExporter(model, parameters, files, graphs, safetensors, metadata);
  }

  /** The precision of {@code model.onnx}, the graph that consumers take unless told otherwise. */
  public ModelExporter precision(Precision precision) {
    return graph(Precision.FLOAT32.fileName(), precision);
  }

  /** Adds a graph of another precision under its conventional name, as {@code model_int8.onnx}. */
  public ModelExporter variant(Precision precision) {
    return graph(precision.fileName(), precision);
  }

  private ModelExporter graph(String file, Precision precision) {
    Map<String, Precision> changed = new TreeMap<>(graphs);
    changed.put(file, precision);
    return new ModelExporter(model, parameters, tokenizer, changed, safetensors, metadata);
  }

  /** Adds {@code model.safetensors}, from which training can go on. */
  public ModelExporter withSafetensors() {
    return new ModelExporter(model, parameters, tokenizer, graphs, true, metadata);
  }

  /**
   * Texts about the model for the {@code metadata_props} of its graphs: where it comes from, such
   * as seed, number of steps and digest of the training data.
   */
  public ModelExporter metadata(Map<String, String> texts) {
    return new ModelExporter(
        model, parameters, tokenizer, graphs, safetensors, new TreeMap<>(texts));
  }

  /**
   * Writes the folder. It appears complete or not at all. A folder that was exported before is
   * replaced.
   *
   * @throws InvalidInputException if the target holds anything else, or the tokenizer does not fit
   *     the model
   * @throws NlpException if the folder cannot be written
   */
  public void write(Path folder) {
    checkTarget(folder);
    try {
      AtomicFolder.write(folder, this::writeFiles);
    } catch (IOException e) {
      throw new NlpException("model folder " + folder + " cannot be written: " + e, e);
    }
  }

  private void writeFiles(Path folder) throws IOException {
    JsonObject configuration = model.configuration();
    AtomicFile.writeString(folder.resolve(CONFIG), JSON.toJson(configuration) + "\n");
    if (tokenizer != null) {
      tokenizer.write(folder);
      if (configuration.has("vocab_size")) {
        TokenizerFiles.requireFit(folder, configuration.get("vocab_size").getAsLong());
      }
    }
    Graph graph = Graph.inference(model.architecture());
    model.forward(model.declareInputs(graph)).forEach(graph::output);
    try (FrozenGraph folded = TransposedWeights.fold(FrozenGraph.of(graph, parameters))) {
      for (Map.Entry<String, Precision> entry : graphs.entrySet()) {
        writeGraph(folded, entry.getValue(), folder.resolve(entry.getKey()));
      }
    }
    if (safetensors) {
      SafetensorsWriter.write(folder.resolve(SafetensorsReader.FILE_NAME), parameters);
    }
  }

  private void writeGraph(FrozenGraph graph, Precision precision, Path file) {
    switch (precision) {
      case FLOAT32 -> graph.writer().metadata(metadata).write(file);
      case INT8 -> {
        try (FrozenGraph quantized = Quantization.INT8.apply(graph)) {
          quantized.writer().metadata(metadata).write(file);
        }
      }
    }
  }

  /**
   * Refuses a target that {@link #write} would refuse; for asking before long work.
   *
   * @throws InvalidInputException if the target holds anything else than an exported model, or
   *     cannot be made
   */
  public static void checkTarget(Path folder) {
    if (!Files.exists(folder)) {
      requireWritable(folder);
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "the target " + folder + " is a file; name a folder for the model");
    }
    try (Stream<Path> found = Files.list(folder)) {
      Set<String> names =
          found
              .map(path -> path.getFileName().toString())
              .collect(Collectors.toCollection(TreeSet::new));
      Set<String> foreign = new TreeSet<>(names);
      foreign.removeAll(OWN_FILES);
      Path graph = folder.resolve(Precision.FLOAT32.fileName());
      boolean ours =
          foreign.isEmpty()
              && OnnxReader.producer(graph).filter(OnnxWriter.PRODUCER::equals).isPresent();
      if (!names.isEmpty() && !ours) {
        throw new InvalidInputException(
            "the target "
                + folder
                + " is not empty and not a model exported before (it holds "
                + String.join(", ", List.copyOf(foreign.isEmpty() ? names : foreign))
                + "); name a new folder");
      }
    } catch (IOException e) {
      throw new NlpException("model folder " + folder + " cannot be read: " + e, e);
    }
  }

  private static void requireWritable(Path folder) {
    Path parent = folder.toAbsolutePath().normalize().getParent();
    while (parent != null && !Files.exists(parent)) {
      parent = parent.getParent();
    }
    if (parent == null || !Files.isDirectory(parent) || !Files.isWritable(parent)) {
      throw new InvalidInputException(
          "the target " + folder + " cannot be made: " + parent + " is not a folder to write into");
    }
  }
}
