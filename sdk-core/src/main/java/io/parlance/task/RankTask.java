package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.Relevance;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import java.util.List;

/** The relevance of one document to one query. */
final class RankTask implements EncoderTask<float[], Relevance> {
  private final LoadedRanker model;
  private final RankOptions options;
  private final EncodingOptions encoding;

  RankTask(LoadedRanker model, RankOptions options) {
    this.model = model;
    this.options = options;
    this.encoding = options.truncation().encoding(model.encoder());
  }

  @Override
  public List<Encoding> encode(TextInput input) {
    if (input.pair() == null) {
      throw new InvalidInputException("relevance is that of a document to a query; one is missing");
    }
    return List.of(model.encoder().encode(input, encoding));
  }

  @Override
  public List<String> outputs() {
    return List.of(LoadedRanker.LOGITS);
  }

  @Override
  public float[] read(EncoderOutputs outputs, int row, Encoding window) {
    return outputs.row(LoadedRanker.LOGITS, row);
  }

  @Override
  public Relevance decode(TextInput input, List<Encoding> windows, List<float[]> values) {
    float[] logits = values.get(0);
    int relevant =
        options.relevantClass() == RankOptions.LAST ? logits.length - 1 : options.relevantClass();
    if (relevant < 0 || relevant >= logits.length) {
      throw new InvalidInputException(
          "relevant class "
              + relevant
              + " is none of the "
              + logits.length
              + " classes of "
              + model.encoder().folder());
    }
    ScoreFunction function = options.function();
    if (function == null) {
      function = model.defaultFunction(logits.length);
    }
    double score = Scores.of(function, logits)[relevant];
    if (Double.isNaN(score)) {
      throw new ModelUnusableException(
          model.encoder().folder()
              + " gave no number for a pair of texts; its weights are broken, or overflow in a half"
              + " precision variant");
    }
    Encoding tokens = windows.get(0);
    return new Relevance(score, tokens.truncated(), tokens.length(), tokens.untruncatedLength());
  }
}
