package io.parlance.task;

import io.parlance.Classification;
import io.parlance.LabelScore;
import io.parlance.ModelUnusableException;
import io.parlance.ScoreFunction;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.TensorDescription;
import io.parlance.tokenizers.Encoding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A classification model in memory. */
final class LoadedClassifier implements LoadedEncoderTask<ClassificationOptions, Classification> {
  private static final int LABEL_BYTES = 40; // a LabelScore and its place in the list

  static final String LOGITS = "logits";

  private final Encoder encoder;
  private final ModelLabels labels;

  private LoadedClassifier(Encoder encoder, ModelLabels labels) {
    this.encoder = encoder;
    this.labels = labels;
  }

  static LoadedClassifier open(ModelSource source, SessionOptions options) {
    ModelFolder folder = ModelFolder.open(source);
    Encoder encoder = Encoder.open(folder, options);
    try {
      TensorDescription logits =
          encoder.requireOutput(LOGITS, 2, "text classification", "as FLOAT32[batch, labels]");
      return new LoadedClassifier(encoder, new ModelLabels(encoder, logits));
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
  public EncoderTask<?, Classification> with(ClassificationOptions options) {
    return options.candidates().isEmpty()
        ? new ClassificationTask(this, options)
        : new ZeroShotTask(this, options);
  }

  @Override
  public int weigh(Classification result) {
    return LABEL_BYTES * (result.labels().size() + 2);
  }

  /** The logits of a run's row, one for each label. */
  float[] logits(EncoderOutputs outputs, int row) {
    float[] logits = outputs.row(LOGITS, row);
    labelsFor(logits.length);
    return logits;
  }

  /**
   * A result from scores in the order of the labels.
   *
   * @param encoding what the text became
   */
  Classification result(List<String> names, double[] scores, int topK, Encoding encoding) {
    List<LabelScore> ranked = new ArrayList<>(scores.length);
    for (int i = 0; i < scores.length; i++) {
      if (Double.isNaN(scores[i])) {
        throw new ModelUnusableException(
            encoder.folder()
                + " gave no number for label '"
                + names.get(i)
                + "'; its weights are broken, or overflow in a half precision variant");
      }
      ranked.add(new LabelScore(names.get(i), scores[i]));
    }
    ranked.sort(Comparator.comparingDouble(LabelScore::score).reversed()); // stable
    int kept = topK == ClassificationOptions.ALL ? scores.length : Math.min(topK, scores.length);
    LabelScore best = ranked.get(0);
    return new Classification(
        best.label(),
        best.score(),
        ranked.subList(0, kept),
        encoding.truncated(),
        encoding.length(),
        encoding.untruncatedLength());
  }

  /** As the text classification pipeline of transformers from 4.35 on. */
  ScoreFunction defaultFunction(int width) {
    String problem = encoder.folder().config().problemType().orElse("");
    if (problem.equals("regression")) {
      return ScoreFunction.NONE;
    }
    return problem.equals("multi_label_classification") || width == 1
        ? ScoreFunction.SIGMOID
        : ScoreFunction.SOFTMAX;
  }
}
