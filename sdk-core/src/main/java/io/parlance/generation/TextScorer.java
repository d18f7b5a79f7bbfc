package io.parlance.generation;

import io.parlance.InvalidInputException;
import io.parlance.runtime.Decoder;
import io.parlance.runtime.DecoderBatch;
import io.parlance.runtime.RunControl;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Tells how likely a model finds tokens that are there already. Thread-safe. */
public final class TextScorer {
  private final GenerativeModel model;

  /**
   * On a model without encoder, with or without a cache.
   *
   * @throws InvalidInputException if the model has an encoder
   */
  public TextScorer(GenerativeModel model) {
    if (model.decoder().hasEncoder()) {
      throw new InvalidInputException(
          model.name() + " has an encoder; only a model that goes on from texts can score them");
    }
    this.model = model;
  }

  /**
   * The natural logarithm of the probability of each token after the ones before it.
   *
   * @return one less than there are tokens: nothing comes before the first
   */
  public double[] logProbabilities(int[] tokens, @Nullable RunControl control) {
    int most = model.positions().orElse(Integer.MAX_VALUE);
    if (tokens.length == 0 || tokens.length > most) {
      throw new InvalidInputException(
          "the text has " + tokens.length + " tokens; the model reads 1 to " + most);
    }
    Decoder decoder = model.decoder();
    double[] found = new double[tokens.length - 1];
    float[] logits = new float[decoder.vocabularySize()];
    try (DecoderBatch batch = decoder.read(tokens, control)) {
      for (int i = 0; i < found.length; i++) {
        batch.logits(0, i, logits);
        found[i] = logits[tokens[i + 1]] - Distribution.logSumExp(logits);
      }
    }
    return found;
  }

  /**
   * The exponential of the mean negative log-probability of all tokens but the first, a long text
   * being read in windows.
   *
   * @param window tokens of a window
   * @param stride new tokens of each window after the first; smaller is slower and gives more
   *     context
   * @throws InvalidInputException if the text has fewer than 2 tokens, or stride exceeds window
   */
  public double perplexity(int[] tokens, int window, int stride, @Nullable RunControl control) {
    if (tokens.length < 2) {
      throw new InvalidInputException(
          "the text has "
              + tokens.length
              + " tokens; perplexity needs 2, for the first has no"
              + " probability");
    }
    double[] each = logProbabilities(tokens, window, stride, control);
    return Math.exp(-Arrays.stream(each).sum() / each.length);
  }

  /**
   * The natural logarithm of the probability of each token after the first, a long text being read
   * in windows: each token is foretold from those before it in the first window that has it, so
   * that all but the first {@code window} have at least {@code window - stride} before them.
   *
   * @param window tokens of a window
   * @param stride new tokens of each window after the first
   * @return one less than there are tokens
   * @throws InvalidInputException if there is no token, or stride exceeds window
   */
  public double[] logProbabilities(
      int[] tokens, int window, int stride, @Nullable RunControl control) {
    if (stride < 1 || window < 2 || stride > window) {
      throw new InvalidInputException(
          "stride "
              + stride
              + " and window "
              + window
              + ": 1 <= stride <= window, and window at"
              + " least 2");
    }
    if (tokens.length <= window) {
      return logProbabilities(tokens, control);
    }
    double[] found = new double[tokens.length - 1];
    int scored = 0;
    int done = 0; // tokens that earlier windows had
    for (int begin = 0; done < tokens.length; begin += stride) {
      int end = Math.min(begin + window, tokens.length);
      double[] each = logProbabilities(Arrays.copyOfRange(tokens, begin, end), control);
      int fresh = Math.min(end - done, each.length);
      System.arraycopy(each, each.length - fresh, found, scored, fresh);
      scored += fresh;
      done = end;
    }
    return Arrays.copyOf(found, scored);
  }
}
