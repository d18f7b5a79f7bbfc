package io.parlance.task;

import io.parlance.Classification;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import java.util.List;

/** Classification with the labels of the model. */
final class ClassificationTask implements EncoderTask<float[], Classification> {
  private final LoadedClassifier model;
  private final ClassificationOptions options;
  private final EncodingOptions encoding;

  ClassificationTask(LoadedClassifier model, ClassificationOptions options) {
    this.model = model;
    this.options = options;
    this.encoding = options.truncation().encoding(model.encoder());
  }

  @Override
  public List<Encoding> encode(TextInput input) {
    return List.of(model.encoder().encode(input, encoding));
  }

  @Override
  public List<String> outputs() {
    return List.of(LoadedClassifier.LOGITS);
  }

  @Override
  public float[] read(EncoderOutputs outputs, int row, Encoding window) {
    return model.logits(outputs, row);
  }

  @Override
  public Classification decode(TextInput input, List<Encoding> windows, List<float[]> values) {
    float[] logits = values.get(0);
    ScoreFunction function = options.function();
    return model.result(
        model.labelsFor(logits.length),
        Scores.of(function != null ? function : model.defaultFunction(logits.length), logits),
        options.topK(),
        windows.get(0));
  }
}
