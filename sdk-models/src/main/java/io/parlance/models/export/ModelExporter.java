package io.parlance.models.export;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.model.ModelFolder;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.files.AtomicFile;
import io.parlance.models.files.AtomicFolder;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxReader;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.quantization.Quantization;
import io.parlance.models.weights.SafetensorsReader;
import io.parlance.models.weights.SafetensorsWriter;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
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
 * config.json}, {@code model.onnx} with inputs {@code input_ids attention_mask [token_type_ids]}
 * or, for language models, the graphs of a {@link DecoderLayout}, with {@code encoder_model.onnx}
 * where there is an encoder, and {@code generation_config.json}, the tokenizer's files and, on
 * request, {@code model.safetensors} for further training. Immutable: every call but {@link #write}
 * returns a new exporter.
 */
public final class ModelExporter {

  private static final String CONFIG = "config.json";
  private static final String GENERATION_CONFIG = "generation_config.json";

  private static final Set<String> OWN_FILES =
      Stream.concat(
              Stream.of(CONFIG, GENERATION_CONFIG, SafetensorsReader.FILE_NAME),
              Stream.concat(
                  TokenizerFiles.NAMES.stream(),
                  Stream.of(DecoderLayout.values())
                      .flatMap(layout -> layout.roles().stream())
                      .flatMap(role -> Stream.of(role, ModelFolder.ENCODER))
                      .flatMap(role -> Stream.of(Precision.values()).map(p -> p.fileName(role)))
                      .flatMap(file -> Stream.of(file, file + "_data"))))
          .collect(Collectors.toUnmodifiableSet());

  // the reference writes config.json with two spaces and null where nothing is set
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  private final PretrainedModel model;
  private final Map<String, Tensor> parameters;
  private final Contents contents;
  private final boolean states;

  /**
   * What goes into the folder.
   *
   * @param graphs for each precision that has a file of its own name, what is stored there
   */
  private record Contents(
      @Nullable TokenizerFiles tokenizer,
      byte @Nullable [] generation,
      DecoderLayout layout,
      Map<Precision, Precision> graphs,
      boolean safetensors,
      Map<String, String> metadata) {

    Contents with(TokenizerFiles files) {
      return new Contents(files, generation, layout, graphs, safetensors, metadata);
    }

    Contents with(byte[] generationConfiguration) {
      return new Contents(
          tokenizer, generationConfiguration, layout, graphs, safetensors, metadata);
    }

    Contents with(DecoderLayout files) {
      return new Contents(tokenizer, generation, files, graphs, safetensors, metadata);
    }

    Contents with(Precision name, Precision precision) {
      Map<Precision, Precision> changed = new EnumMap<>(graphs);
      changed.put(name, precision);
      return new Contents(tokenizer, generation, layout, changed, safetensors, metadata);
    }

    Contents withSafetensors() {
      return new Contents(tokenizer, generation, layout, graphs, true, metadata);
    }

    Contents with(Map<String, String> texts) {
      return new Contents(tokenizer, generation, layout, graphs, safetensors, new TreeMap<>(texts));
    }
  }

  private ModelExporter(
      PretrainedModel model, Map<String, Tensor> parameters, Contents contents, boolean states) {
    this.states = states;
    this.model = model;
    this.parameters = parameters;
    this.contents = contents;
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
        new Contents(
            null,
            null,
            model.graphRoles().contains(ModelFolder.MODEL)
                ? DecoderLayout.SINGLE
                : DecoderLayout.PAIR,
            Map.of(Precision.FLOAT32, Precision.FLOAT32),
            false,
            Map.of()),
        false);
  }

  private ModelExporter with(Contents changed) {
    return new ModelExporter(model, parameters, changed, states);
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
    return with(contents.with(files));
  }

  /**
   * Takes over {@code generation_config.json} from a folder, if there is one. Without it, language
   * models get one that names their special tokens.
   */
  public ModelExporter generationConfiguration(Path folder) {
    Path file = folder.resolve(GENERATION_CONFIG);
    if (!Files.isRegularFile(file)) {
      return this;
    }
    try {
      return with(contents.with(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new NlpException(file + " cannot be read: " + e, e);
    }
  }

  /**
   * How a language model that remembers earlier tokens is laid out; if not said, {@link
   * DecoderLayout#SINGLE}, and {@link DecoderLayout#PAIR} for encoder-decoders.
   *
   * @throws IllegalArgumentException if the model has no such graphs
   */
  public ModelExporter layout(DecoderLayout layout) {
    if (!model.graphRoles().containsAll(layout.roles())) {
      throw new IllegalArgumentException(
          model.architecture()
              + " has no graphs "
              + layout.roles()
              + "; it has "
              + model.graphRoles());
    }
    return with(contents.with(layout));
  }

  /** The precision of {@code model.onnx}, the graph that consumers take unless told otherwise. */
  public ModelExporter precision(Precision precision) {
    return with(contents.with(Precision.FLOAT32, precision));
  }

  /** Adds a graph of another precision under its conventional name, as {@code model_int8.onnx}. */
  public ModelExporter variant(Precision precision) {
    return with(contents.with(precision, precision));
  }

  /** Adds {@code model.safetensors}, from which training can go on. */
  public ModelExporter withSafetensors() {
    return with(contents.withSafetensors());
  }

  /**
   * Makes graphs of a causal language model give {@code last_hidden_state} [batch, sequence,
   * hidden] too, which contrastive search needs.
   */
  public ModelExporter withHiddenStates() {
    return new ModelExporter(model, parameters, contents, true);
  }

  /**
   * Texts about the model for the {@code metadata_props} of its graphs: where it comes from, such
   * as seed, number of steps and digest of the training data.
   */
  public ModelExporter metadata(Map<String, String> texts) {
    return with(contents.with(texts));
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
    TokenizerFiles tokenizer = contents.tokenizer;
    if (tokenizer != null) {
      tokenizer.write(folder);
      if (configuration.has("vocab_size")) {
        TokenizerFiles.requireFit(folder, configuration.get("vocab_size").getAsLong());
      }
    }
    writeGenerationConfiguration(folder.resolve(GENERATION_CONFIG));
    for (String role : roles()) {
      Graph graph = states ? model.graphWithStates(role) : model.graph(role);
      try (FrozenGraph folded = TransposedWeights.fold(FrozenGraph.of(graph, parameters))) {
        for (Map.Entry<Precision, Precision> entry : contents.graphs.entrySet()) {
          writeGraph(folded, entry.getValue(), folder.resolve(entry.getKey().fileName(role)));
        }
      }
    }
    if (contents.safetensors) {
      SafetensorsWriter.write(folder.resolve(SafetensorsReader.FILE_NAME), parameters);
    }
  }

  private List<String> roles() {
    List<String> roles = new ArrayList<>(contents.layout.roles());
    if (model.graphRoles().contains(ModelFolder.ENCODER)) {
      roles.add(0, ModelFolder.ENCODER);
    }
    return roles;
  }

  private void writeGenerationConfiguration(Path file) throws IOException {
    byte[] given = contents.generation;
    if (given != null) {
      AtomicFile.write(file, channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(given)));
    } else if (model.generationConfiguration().isPresent()) {
      AtomicFile.writeString(file, JSON.toJson(model.generationConfiguration().get()) + "\n");
    }
  }

  private void writeGraph(FrozenGraph graph, Precision precision, Path file) throws IOException {
    if (precision == Precision.FLOAT16) {
      try (FrozenGraph half = HalfPrecision.of(graph)) {
        half.writer().metadata(contents.metadata).write(file);
      }
      return;
    }
    Quantization quantization = precision.quantization();
    if (quantization == null) {
      graph.writer().metadata(contents.metadata).write(file);
      return;
    }
    Path folder = Files.createTempDirectory(file.toAbsolutePath().getParent(), "float32");
    try {
      Path full = folder.resolve(file.getFileName());
      graph.writer().metadata(contents.metadata).write(full);
      quantization.quantize(full, file);
    } finally {
      AtomicFolder.delete(folder);
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
      boolean ours =
          foreign.isEmpty()
              && names.stream()
                  .filter(name -> name.endsWith(".onnx"))
                  .findFirst()
                  .flatMap(graph -> OnnxReader.producer(folder.resolve(graph)))
                  .filter(OnnxWriter.PRODUCER::equals)
                  .isPresent();
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
