package io.parlance.task;

import io.parlance.Embedding;
import io.parlance.ModelUnusableException;
import io.parlance.Pooling;
import io.parlance.SimilarityFunction;
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
final class LoadedEmbedder implements LoadedTask<EmbeddingOptions, Embedding> {
  private static final int OBJECT_BYTES = 64; // an Embedding and its array without the numbers

  private static final String WHOLE = "sentence_embedding";
  private static final List<String> TOKENS = List.of("last_hidden_state", "token_embeddings");

  private final Encoder encoder;
  private final SentenceTransformer settings;
  private final @Nullable String whole;
  private final @Nullable String tokens;

  private LoadedEmbedder(
      Encoder encoder,
      SentenceTransformer settings,
      @Nullable String whole,
      @Nullable String tokens) {
    this.encoder = encoder;
    this.settings = settings;
    this.whole = whole;
    this.tokens = tokens;
  }

  static LoadedEmbedder open(ModelSource source, SessionOptions options) {
    ModelFolder folder = ModelFolder.open(source);
    SentenceTransformer settings =
        folder.sentenceTransformer().orElseGet(LoadedEmbedder::withoutModules);
    Encoder encoder = Encoder.open(folder, options);
    try {
      String whole = encoder.outputs().containsKey(WHOLE) ? WHOLE : null;
      String tokens =
          TOKENS.stream().filter(encoder.outputs()::containsKey).findFirst().orElse(null);
      if (whole == null && !settings.otherModules().isEmpty()) {
        throw new ModelUnusableException(
            folder
                + " has the modules "
                + settings.otherModules()
                + " after its pooling, which only a graph with an output '"
                + WHOLE
                + "' contains; export it as a sentence-transformers model (optimum-cli export onnx"
                + " --task sentence-similarity)");
      }
      if (whole != null) {
        encoder.requireOutput(whole, 2, "embeddings", "as FLOAT32[batch, width]");
      }
      if (tokens != null || whole == null) {
        encoder.requireOutput(
            tokens == null ? TOKENS.get(0) : tokens,
            3,
            "embeddings",
            "as FLOAT32[batch, sequence, width], or '" + WHOLE + "'");
      }
      return new LoadedEmbedder(encoder, settings, whole, tokens);
    } catch (RuntimeException | Error e) {
      encoder.close();
      throw e;
    }
  }

  /** As sentence-transformers takes a plain transformer: the mean, not normalized. */
  private static SentenceTransformer withoutModules() {
    return new SentenceTransformer(
        List.of(Pooling.MEAN),
        true,
        false,
        List.of(),
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
