package io.parlance.task;

import io.parlance.ModelUnusableException;
import io.parlance.Relevance;
import io.parlance.ScoreFunction;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.SessionOptions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A cross-encoder in memory. */
final class LoadedRanker implements LoadedEncoderTask<RankOptions, Relevance> {
  static final String LOGITS = "logits";
  private static final int RESULT_BYTES = 32;

  private final Encoder encoder;
  private final @Nullable ScoreFunction configured;

  private LoadedRanker(Encoder encoder, @Nullable ScoreFunction configured) {
    this.encoder = encoder;
    this.configured = configured;
  }

  static LoadedRanker open(ModelSource source, SessionOptions options) {
    Encoder encoder = Encoder.open(ModelFolder.open(source), options);
    try {
      encoder.requireOutput(LOGITS, 2, "ranking", "as FLOAT32[batch, 1] or more");
      return new LoadedRanker(encoder, configuredFunction(encoder.folder().config()));
    } catch (RuntimeException | Error e) {
      encoder.close();
      throw e;
    }
  }

  /** What sentence-transformers wrote into the configuration, newer and older. */
  private static @Nullable ScoreFunction configuredFunction(ModelConfig config) {
    Optional<String> name =
        config
            .nested("sentence_transformers")
            .flatMap(settings -> settings.string("activation_fn"))
            .or(() -> config.string("sbert_ce_default_activation_function"));
    if (name.isEmpty()) {
      return null;
    }
    return switch (name.get().substring(name.get().lastIndexOf('.') + 1)) {
      case "Identity" -> ScoreFunction.NONE;
      case "Sigmoid" -> ScoreFunction.SIGMOID;
      case "Softmax" -> ScoreFunction.SOFTMAX;
      default ->
          throw new ModelUnusableException(
              config
                  + " makes scores by '"
                  + name.get()
                  + "'; known are Identity, Sigmoid and Softmax");
    };
  }

  /** What makes scores if the caller does not say. */
  ScoreFunction defaultFunction(int logits) {
    if (configured != null) {
      return configured;
    }
    return logits == 1 ? ScoreFunction.SIGMOID : ScoreFunction.SOFTMAX;
  }

  @Override
  public Encoder encoder() {
    return encoder;
  }

  @Override
  public EncoderTask<?, Relevance> with(RankOptions options) {
    return new RankTask(this, options);
  }

  @Override
  public int weigh(Relevance result) {
    return RESULT_BYTES;
  }
}
