package io.parlance.task;

import io.parlance.Embedding;
import io.parlance.ModelUnusableException;
import io.parlance.Pooling;
import io.parlance.SimilarityFunction;
import io.parlance.model.DenseLayer;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.model.SentenceTransformer;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.TensorDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** An embedding model in memory. */
final class LoadedEmbedder implements LoadedEncoderTask<EmbeddingOptions, Embedding> {
  private static final int OBJECT_BYTES = 64; // an Embedding and its array without the numbers

  private static final String WHOLE = "sentence_embedding";
  private static final List<String> TOKENS = List.of("last_hidden_state", "token_embeddings");

  private final Encoder encoder;
  private final SentenceTransformer settings;
  private final boolean modules;
  private final List<DenseLayer> denseLayers;
  private final @Nullable String whole;
  private final @Nullable String tokens;

  private LoadedEmbedder(
      Encoder encoder,
      SentenceTransformer settings,
      boolean modules,
      List<DenseLayer> denseLayers,
      @Nullable String whole,
      @Nullable String tokens) {
    this.encoder = encoder;
    this.settings = settings;
    this.modules = modules;
    this.denseLayers = denseLayers;
    this.whole = whole;
    this.tokens = tokens;
  }

  static LoadedEmbedder open(ModelSource source, SessionOptions options) {
    ModelFolder folder = ModelFolder.open(source);
    Optional<SentenceTransformer> modules = folder.sentenceTransformer();
    SentenceTransformer settings = modules.orElseGet(LoadedEmbedder::withoutModules);
    Encoder encoder = Encoder.open(folder, options);
    try {
      String whole = encoder.outputs().containsKey(WHOLE) ? WHOLE : null;
      String tokens =
          TOKENS.stream().filter(encoder.outputs()::containsKey).findFirst().orElse(null);
      if (whole != null) {
        encoder.requireOutput(whole, 2, "embeddings", "as FLOAT32[batch, width]");
      } else {
        checkModules(folder, settings);
      }
      if (tokens != null || whole == null) {
        TensorDescription output =
            encoder.requireOutput(
                tokens == null ? TOKENS.get(0) : tokens,
                3,
                "embeddings",
                "as FLOAT32[batch, sequence, width], or '" + WHOLE + "'");
        checkDimension(folder, settings, output);
      }
      List<DenseLayer> dense =
          whole != null
              ? List.of()
              : settings.denseLayers().stream().map(folder::denseLayer).toList();
      return new LoadedEmbedder(encoder, settings, modules.isPresent(), dense, whole, tokens);
    } catch (RuntimeException | Error e) {
      encoder.close();
      throw e;
    }
  }

  private static void checkModules(ModelFolder folder, SentenceTransformer settings) {
    if (!settings.otherModules().isEmpty()) {
      throw new ModelUnusableException(
          folder
              + " has the modules "
              + settings.otherModules()
              + ", which only a graph with an output '"
              + WHOLE
              + "' contains; export it as a sentence-transformers model (optimum-cli export onnx"
              + " --task sentence-similarity)");
    }
    if (settings.poolings().isEmpty()) {
      throw new ModelUnusableException(
          folder + ": its modules.json names no Pooling, which makes one vector of the tokens'");
    }
  }

  private static void checkDimension(
      ModelFolder folder, SentenceTransformer settings, TensorDescription output) {
    long width = output.dimensions().get(2);
    int expected = settings.tokenDimension().orElse((int) width);
    if (width >= 0 && width != expected) {
      throw new ModelUnusableException(
          folder
              + ": the graph gives "
              + width
              + " numbers for a token, the configuration of the pooling speaks of "
              + expected
              + "; take the files that belong to the graph");
    }
  }

  /** As sentence-transformers takes a plain transformer: the mean, not normalized. */
  private static SentenceTransformer withoutModules() {
    return new SentenceTransformer(
        List.of(Pooling.MEAN),
        true,
        OptionalInt.empty(),
        List.of(),
        false,
        List.of(),
        false,
        OptionalInt.empty(),
        Map.of(),
        Optional.empty(),
        SimilarityFunction.COSINE);
  }

  @Override
  public Encoder encoder() {
    return encoder;
  }

  SentenceTransformer settings() {
    return settings;
  }

  /** Whether the folder is one of sentence-transformers. */
  boolean hasModules() {
    return modules;
  }

  /** What follows the pooling; none where the graph has it all. */
  List<DenseLayer> denseLayers() {
    return denseLayers;
  }

  /** Whether what follows the pooling is inside the graph only. */
  boolean poolsInside() {
    return whole != null
        && !(settings.denseLayers().isEmpty() && settings.otherModules().isEmpty());
  }

  /** The output with one vector a text, or null. */
  @Nullable String wholeOutput() {
    return whole;
  }

  /** The output with one vector a token, or null. */
  @Nullable String tokenOutput() {
    return tokens;
  }

  /** The dimension of the vectors, where the graph tells it and nothing is concatenated. */
  OptionalInt dimension() {
    if (!denseLayers.isEmpty()) {
      return OptionalInt.of(denseLayers.get(denseLayers.size() - 1).outputs());
    }
    String output = whole != null ? whole : tokens;
    TensorDescription description = output == null ? null : encoder.outputs().get(output);
    long width = description == null ? -1 : description.dimensions().get(description.rank() - 1);
    int parts = whole != null ? 1 : settings.poolings().size();
    return width < 0 ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(width) * parts);
  }

  @Override
  public EncoderTask<?, Embedding> with(EmbeddingOptions options) {
    return new EmbeddingTask(this, options);
  }

  @Override
  public int weigh(Embedding result) {
    return OBJECT_BYTES + Float.BYTES * result.dimension();
  }
}
