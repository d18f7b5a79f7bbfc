package io.parlance.task;

import io.parlance.Entity;
import io.parlance.EntityExtraction;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.TensorDescription;
import io.parlance.tokenizers.Encoding;
import java.util.List;

/** A token classification model in memory. */
final class LoadedEntityModel implements LoadedEncoderTask<EntityOptions, EntityExtraction> {
  private static final int ENTITY_BYTES = 160; // an Entity, its two strings and its place in a list

  static final String LOGITS = "logits";

  private final Encoder encoder;
  private final ModelLabels labels;

  private LoadedEntityModel(Encoder encoder, ModelLabels labels) {
    this.encoder = encoder;
    this.labels = labels;
  }

  static LoadedEntityModel open(ModelSource source, SessionOptions options) {
    Encoder encoder = Encoder.open(ModelFolder.open(source), options);
    try {
      TensorDescription logits =
          encoder.requireOutput(
              LOGITS, 3, "entity extraction", "as FLOAT32[batch, sequence, labels]");
      return new LoadedEntityModel(encoder, new ModelLabels(encoder, logits));
    } catch (RuntimeException | Error e) {
      encoder.close();
      throw e;
    }
  }

  @Override
  public Encoder encoder() {
    return encoder;
  }

  List<String> labels() {
    return labels.all();
  }

  List<String> labelsFor(int width) {
    return labels.of(width);
  }

  @Override
  public EncoderTask<?, EntityExtraction> with(EntityOptions options) {
    return new EntityTask(this, options);
  }

  @Override
  public int weigh(EntityExtraction result) {
    int bytes = ENTITY_BYTES;
    for (Entity entity : result.entities()) {
      bytes += ENTITY_BYTES + 2 * (entity.text().length() + entity.word().length());
    }
    return bytes;
  }

  /** For each token of a run's row in turn, the probability of each label. */
  float[] scores(EncoderOutputs outputs, int row, Encoding window) {
    float[] scores = outputs.tokens(LOGITS, row, window.length());
    int width = labelsFor(scores.length / window.length()).size();
    for (int from = 0; from < scores.length; from += width) {
      Softmax.apply(scores, from, from + width);
      if (Float.isNaN(scores[from])) {
        throw new ModelUnusableException(
            encoder.folder()
                + " gave no number for the label of token '"
                + window.token(from / width)
                + "'; its weights are broken, or overflow in a half precision variant");
      }
    }
    return scores;
  }
}
