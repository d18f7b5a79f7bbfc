package io.parlance.task;

import io.parlance.Relevance;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.SessionOptions;

/** A cross-encoder in memory. */
final class LoadedRanker implements LoadedTask<RankOptions, Relevance> {
  static final String LOGITS = "logits";
  private static final int RESULT_BYTES = 32;

  private final Encoder encoder;

  private LoadedRanker(Encoder encoder) {
    this.encoder = encoder;
  }

  static LoadedRanker open(ModelSource source, SessionOptions options) {
    Encoder encoder = Encoder.open(ModelFolder.open(source), options);
    try {
      encoder.requireOutput(LOGITS, 2, "ranking", "as FLOAT32[batch, 1] or more");
      return new LoadedRanker(encoder);
    } catch (RuntimeException | Error e) {
      encoder.close();
      throw e;
    }
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
