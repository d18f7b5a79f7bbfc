package io.parlance.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.NativeLibraryException;
import io.parlance.runtime.Diagnostics;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.tokenizers.SpecialTokens;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.TokenizerException;
import io.parlance.tokenizers.chat.ChatTemplate;
import io.parlance.tokenizers.chat.ChatTemplateException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A model in the conventional layout: {@code config.json}, tokenizer files, and ONNX graphs beside
 * them or under {@code onnx/}. Opening reads only the configuration; graphs and tokenizer are
 * loaded when asked for, and belong to who asked. Thread-safe.
 */
public final class ModelFolder {
  /** The graph of an encoder or of a single-graph decoder. */
  public static final String MODEL = "model";

  /** The graph of a decoder for the first tokens; it takes no past. */
  public static final String DECODER = "decoder_model";

  /** The graph of a decoder for the tokens after those of {@link #DECODER}. */
  public static final String DECODER_WITH_PAST = "decoder_with_past_model";

  /** Both in one graph, with an input {@code use_cache_branch}. */
  public static final String DECODER_MERGED = "decoder_model_merged";

  /** The graph of the encoder of an encoder-decoder. */
  public static final String ENCODER = "encoder_model";

  /** All graphs that a model may have. */
  static final List<String> ROLES =
      List.of(MODEL, ENCODER, DECODER_MERGED, DECODER, DECODER_WITH_PAST);

  /** What follows a role in the names of graphs of other precisions, as public tools write them. */
  private static final List<String> VARIANTS =
      List.of("fp16", "int8", "uint8", "quantized", "q1", "q2", "q4", "q4f16", "bnb4", "optimized");

  static final String CONFIG = "config.json";
  private static final List<String> WEIGHTS =
      List.of("model.safetensors", "model.safetensors.index.json");
  static final List<String> TOKENIZER_FILES =
      List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json");

  private final ModelSource source;
  private final ModelFiles files;
  private final ModelConfig config;
  private final @Nullable GenAiConfig genAi;
  private volatile @Nullable String digest;

  private ModelFolder(
      ModelSource source, ModelFiles files, ModelConfig config, @Nullable GenAiConfig genAi) {
    this.genAi = genAi;
    this.source = source;
    this.files = files;
    this.config = config;
  }

  /**
   * Opens a model.
   *
   * @throws ModelNotFoundException if there is no such folder or repository, or no {@code
   *     config.json} in it
   * @throws io.parlance.ModelAccessException if a hub does not give it to us
   * @throws io.parlance.ModelDownloadException if it cannot be brought from a hub
   * @throws ModelUnusableException if {@code config.json} cannot be read
   */
  public static ModelFolder open(ModelSource source) {
    ModelFiles files = ModelFiles.of(source);
    GenAiConfig genAi =
        json(files, GenAiConfig.FILE)
            .map(json -> new GenAiConfig(files.describe(GenAiConfig.FILE), json))
            .orElse(null);
    if (genAi != null && !files.exists(CONFIG)) {
      return new ModelFolder(source, files, genAi.config(), genAi);
    }
    if (!files.exists(CONFIG)) {
      throw new ModelNotFoundException(
          "there is no "
              + files.describe(CONFIG)
              + "; a model is a folder with config.json, tokenizer.json and "
              + MODEL
              + ".onnx, as optimum exports it");
    }
    return new ModelFolder(
        source, files, ModelConfig.parse(files.describe(CONFIG), files.read(CONFIG)), genAi);
  }

  /** How messages name this model: its source. */
  public String name() {
    return source.toString();
  }

  /** What {@code config.json} says. */
  public ModelConfig config() {
    return config;
  }

  /** What sentence-transformers added to the model, if it did. */
  public Optional<SentenceTransformer> sentenceTransformer() {
    return Optional.ofNullable(SentenceTransformer.read(files));
  }

  /**
   * Loads one of the {@link SentenceTransformer#denseLayers}.
   *
   * @throws ModelUnusableException if its files are missing or do not fit each other
   */
  public DenseLayer denseLayer(String path) {
    return DenseLayer.read(files, path);
  }

  /**
   * A JSON object beside {@code config.json}; empty where there is no such file.
   *
   * @throws ModelUnusableException if it is no JSON object
   */
  public Optional<JsonObject> json(String file) {
    return json(files, file);
  }

  private static Optional<JsonObject> json(ModelFiles files, String file) {
    if (!files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          JsonParser.parseString(new String(files.read(file), StandardCharsets.UTF_8))
              .getAsJsonObject());
    } catch (JsonParseException | IllegalStateException e) {
      throw new ModelUnusableException(
          files.describe(file) + " is not a JSON object: " + e.getMessage(), e);
    }
  }

  /**
   * The template that turns messages into a prompt.
   *
   * @param tokens the special tokens of the model's tokenizer
   * @throws ModelUnusableException if there is none, or it is not valid
   */
  public ChatTemplate loadChatTemplate(SpecialTokens tokens) {
    try {
      Path folder = files.path("");
      if (folder != null) {
        return ChatTemplate.load(folder);
      }
      JsonElement template =
          json(TOKENIZER_FILES.get(1)).orElseGet(JsonObject::new).get("chat_template");
      if (template == null || !template.isJsonPrimitive()) {
        throw new ModelUnusableException(name() + " has no chat template; generate from a prompt");
      }
      return ChatTemplate.of(template.getAsString(), tokens);
    } catch (ChatTemplateException e) {
      throw new ModelUnusableException(
          "the chat template of " + name() + " cannot be used: " + e.getMessage(), e);
    }
  }

  /** What {@code genai_config.json} of ONNX Runtime GenAI says, where there is one. */
  public Optional<GenAiConfig> genAi() {
    return Optional.ofNullable(genAi);
  }

  /** Whether there is a {@code tokenizer.json}. */
  public boolean hasTokenizer() {
    return files.exists(TOKENIZER_FILES.get(0));
  }

  /**
   * Loads the tokenizer and checks that the model has an embedding for each of its tokens.
   *
   * @return to be closed by the caller
   * @throws ModelNotFoundException if there is no {@code tokenizer.json}
   * @throws ModelUnusableException if it cannot be read or does not fit
   */
  public Tokenizer loadTokenizer() {
    String json = TOKENIZER_FILES.get(0);
    if (!files.exists(json)) {
      throw new ModelNotFoundException(
          "there is no "
              + files.describe(json)
              + "; save the tokenizer of the model in its fast form");
    }
    OptionalInt embeddings = config.vocabularySize();
    Tokenizer tokenizer = readTokenizer(json);
    if (embeddings.isPresent() && tokenizer.vocabularySize() > embeddings.getAsInt()) {
      int tokens = tokenizer.vocabularySize();
      tokenizer.close();
      throw new ModelUnusableException(
          files.describe(json)
              + " does not fit the model: it has token ids up to "
              + (tokens - 1)
              + ", but "
              + config
              + " has vocab_size "
              + embeddings.getAsInt()
              + "; take the tokenizer that the model was trained"
              + " with");
    }
    return tokenizer;
  }

  private Tokenizer readTokenizer(String json) {
    try {
      files.bring(TOKENIZER_FILES);
      Path path = files.path(json);
      if (path != null) {
        return Tokenizer.load(path);
      }
      try (InputStream definition = files.open(json);
          InputStream settings = openIfThere(TOKENIZER_FILES.get(1));
          InputStream specialTokens = openIfThere(TOKENIZER_FILES.get(2))) {
        return Tokenizer.load(files.describe(json), definition, settings, specialTokens);
      }
    } catch (TokenizerException | IOException e) {
      throw new ModelUnusableException(
          "the tokenizer of " + name() + " cannot be loaded: " + e.getMessage(), e);
    } catch (LinkageError e) {
      throw new NativeLibraryException(
          "the native library of the tokenizers cannot be loaded on "
              + System.getProperty("os.name")
              + "/"
              + System.getProperty("os.arch")
              + " ("
              + e
              + "). "
              + Diagnostics.read().summary()
              + ". ai.djl.huggingface:tokenizers brings it for linux x86-64 and aarch64 (glibc 2.34"
              + " or newer), macOS aarch64 and Windows x86-64; elsewhere name a folder with your"
              + " own build by -DRUST_LIBRARY_PATH=FOLDER",
          e);
    }
  }

  private @Nullable InputStream openIfThere(String file) throws IOException {
    return files.exists(file) ? files.open(file) : null;
  }

  /**
   * Whether there is a graph, or one can be built from the weights. Where no variant is asked for
   * and there is no plain file, the only variant counts.
   *
   * @param role the file name without suffixes, for example {@link #MODEL}
   * @throws ModelUnusableException if there are only weights, of a model that cannot be built
   */
  public boolean hasGraph(String role) {
    return locate(role) != null || builder(role).isPresent();
  }

  /**
   * Loads a graph. In a folder without any, it is built from {@code model.safetensors} where {@code
   * sdk-models} is on the class path.
   *
   * @param role the file name without suffixes, for example {@link #MODEL}
   * @return to be closed by the caller
   * @throws ModelNotFoundException if there is no such file
   * @throws ModelUnusableException if it is not a graph that can be run, or cannot be built
   */
  public Session loadGraph(String role, SessionOptions options) {
    String graph = locate(role);
    if (graph == null) {
      Path folder = files.path("");
      GraphBuilder builder = builder(role).orElseThrow(() -> missing(role));
      files.bring(files.weights());
      return builder.load(Objects.requireNonNull(folder), role, options);
    }
    Path path = files.path(graph);
    Session session =
        path != null
            ? load(graph, path, options)
            : Session.load(files.read(graph), files.describe(graph), options);
    return genAi == null ? session : session.renamed(genAi.names());
  }

  private Session load(String graph, Path path, SessionOptions options) {
    try {
      return Session.load(path, options);
    } catch (ModelUnusableException e) {
      List<String> absent =
          GraphData.of(graph, path, List.of()).stream()
              .filter(data -> !files.exists(data))
              .toList();
      if (absent.isEmpty()) {
        throw e;
      }
      throw new ModelUnusableException(
          path
              + " keeps its weights in other files, and there is no "
              + absent.stream().map(files::describe).collect(Collectors.joining(", "))
              + "; put them beside the graph, under these names",
          e);
    }
  }

  private @Nullable String locate(String role) {
    if (genAi != null && role.equals(MODEL) && files.exists(genAi.graph())) {
      return genAi.graph();
    }
    String file = fileOf(role);
    for (String place : List.of(file, "onnx/" + file)) {
      if (files.exists(place)) {
        return place;
      }
    }
    return source.variant().isEmpty() ? onlyVariant(role) : null;
  }

  /** The graph of a role in a folder that has it in one precision only, other than the full one. */
  private @Nullable String onlyVariant(String role) {
    List<String> found =
        files.graphs().stream()
            .filter(
                graph ->
                    VARIANTS.stream()
                        .map(variant -> role + "_" + variant + ".onnx")
                        .anyMatch(file -> graph.equals(file) || graph.equals("onnx/" + file)))
            .toList();
    return found.size() == 1 ? found.get(0) : null;
  }

  private String fileOf(String role) {
    return fileOf(role, source);
  }

  static String fileOf(String role, ModelSource source) {
    return source.variant().isEmpty() ? role + ".onnx" : role + "_" + source.variant() + ".onnx";
  }

  /** What builds this graph, where there are weights in the file system and no graphs. */
  private Optional<GraphBuilder> builder(String role) {
    boolean weightsOnly =
        source.variant().isEmpty()
            && files.path("") != null
            && WEIGHTS.stream().anyMatch(files::exists)
            && files.graphs().isEmpty();
    return weightsOnly
        ? GraphBuilder.find().filter(builder -> builder.roles(config).contains(role))
        : Optional.empty();
  }

  private ModelNotFoundException missing(String role) {
    List<String> others = files.graphs();
    String advice;
    if (!others.isEmpty()) {
      advice =
          "it has " + others + "; name a variant of " + role + ".onnx, or use the task it is for";
    } else if (WEIGHTS.stream().anyMatch(files::exists) && GraphBuilder.find().isEmpty()) {
      advice = "it has weights: put sdk-models on the class path to run them, or export it to ONNX";
    } else {
      advice = "export it to ONNX first";
    }
    return new ModelNotFoundException(
        "model "
            + name()
            + " has no "
            + fileOf(role)
            + ", neither beside config.json nor under onnx/; "
            + advice);
  }

  /**
   * SHA-256 of the files that results depend on: configuration, tokenizer, graphs and the weights
   * beside them. Read when first asked for, without holding them in memory.
   *
   * @return lower-case hexadecimal
   */
  public String digest() {
    String known = digest;
    if (known == null) {
      List<String> used = new ArrayList<>(List.of(CONFIG, GenAiConfig.FILE));
      used.addAll(TOKENIZER_FILES);
      List<String> graphs =
          (locate(DECODER_MERGED) == null ? ROLES : List.of(ENCODER, DECODER_MERGED))
              .stream().map(this::locate).filter(Objects::nonNull).toList();
      for (String graph : graphs) {
        used.add(graph);
        used.add(graph + "_data"); // the names that optimum and PyTorch give to weights beyond 2 GB
        used.add(graph + ".data");
      }
      if (graphs.isEmpty()) {
        if (WEIGHTS.stream().noneMatch(files::exists)) {
          throw missing(MODEL);
        }
        used.addAll(files.weights());
      }
      known = digestOf(used); // two threads at once read twice and find the same
      digest = known;
    }
    return known;
  }

  private String digestOf(List<String> used) {
    MessageDigest whole = newSha256();
    byte[] chunk = new byte[1 << 16];
    for (String file : used) {
      if (files.exists(file)) {
        MessageDigest one = newSha256();
        try (InputStream in = files.open(file)) {
          for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            one.update(chunk, 0, read);
          }
        } catch (IOException e) {
          throw new ModelUnusableException(files.describe(file) + " cannot be read: " + e, e);
        }
        whole.update((file + ' ').getBytes(StandardCharsets.UTF_8));
        whole.update(one.digest());
      }
    }
    return HexFormat.of().formatHex(whole.digest());
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
