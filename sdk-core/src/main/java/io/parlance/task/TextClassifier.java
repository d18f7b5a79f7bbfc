package io.parlance.task;

import io.parlance.CancelledException;
import io.parlance.Classification;
import io.parlance.DeadlineExceededException;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.runtime.RunControl;
import io.parlance.tokenizers.Truncation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Classifies texts: topics, intents, sentiments, or a number for regression models. An immutable
 * view on a shared model; each option returns another view. Thread-safe, and nothing to close: the
 * model belongs to who made it.
 *
 * <p>Scores follow the text classification pipeline of transformers: softmax over the labels,
 * except sigmoid where the model is multi-label or has one output, and plain values where it is a
 * regression. Results come in the order of the texts, and are those that each text has by itself.
 *
 * <p>A text beyond what the model takes is cut at its end, which the result tells ({@link
 * Classification#truncated()}).
 */
public final class TextClassifier {
  private final ClassificationModel model;
  private final ClassificationOptions options;
  private final @Nullable Duration timeout;

  TextClassifier(
      ClassificationModel model, ClassificationOptions options, @Nullable Duration timeout) {
    this.model = model;
    this.options = options;
    this.timeout = timeout;
  }

  /**
   * Keeps only the best labels; all are kept by default.
   *
   * @param k at least 1; more than there are labels is allowed
   */
  public TextClassifier topK(int k) {
    if (k < 1) {
      throw new InvalidInputException("top k " + k + " must be at least 1");
    }
    return with(
        new ClassificationOptions(
            k, options.function(), options.truncation(), options.maxLength()));
  }

  /** Keeps all labels. */
  public TextClassifier allLabels() {
    return with(
        new ClassificationOptions(
            ClassificationOptions.ALL,
            options.function(),
            options.truncation(),
            options.maxLength()));
  }

  /** Makes scores with this function instead of the model's own. */
  public TextClassifier function(ScoreFunction function) {
    return with(
        new ClassificationOptions(
            options.topK(), function, options.truncation(), options.maxLength()));
  }

  /**
   * Chooses which text of a pair is cut, at the length that the tokenizer's configuration gives
   * ({@code model_max_length}) unless {@link #maxLength(int)} says another; with {@link
   * Truncation#DO_NOT_TRUNCATE} a text that the model cannot take is refused.
   */
  public TextClassifier truncation(Truncation truncation) {
    return with(
        new ClassificationOptions(
            options.topK(), options.function(), truncation, options.maxLength()));
  }

  /**
   * Cuts texts beyond this length.
   *
   * @param tokens special tokens included, at least 1 and at most what the model takes
   */
  public TextClassifier maxLength(int tokens) {
    if (tokens < 1) {
      throw new InvalidInputException("maximum length " + tokens + " must be at least 1 token");
    }
    return with(
        new ClassificationOptions(
            options.topK(), options.function(), options.truncation(), tokens));
  }

  /**
   * Gives each call at most this time; none by default.
   *
   * @param time positive
   */
  public TextClassifier timeout(Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new InvalidInputException("timeout " + time + " must be positive");
    }
    return new TextClassifier(model, options, time);
  }

  private TextClassifier with(ClassificationOptions other) {
    return new TextClassifier(model, other, timeout);
  }

  /**
   * The labels in the model's order; loads the model. Empty where neither configuration nor graph
   * tells their number before the first call.
   */
  public List<String> labels() {
    return model.labels();
  }

  /**
   * Classifies a text, which may be empty.
   *
   * @throws InvalidInputException if the text is null, or too long where truncation is refused
   * @throws ModelUnusableException if the model cannot be loaded
   * @throws DeadlineExceededException if the timeout of this view is over
   * @throws CancelledException if the model is being closed
   */
  public Classification classify(String text) {
    return classifyAll(List.of(input(0, text, null))).get(0);
  }

  /** Classifies a pair of texts, by models that were trained on pairs. */
  public Classification classify(String text, String pair) {
    if (pair == null) {
      throw new InvalidInputException(
          "the second text is null; classify the first by itself, or pass an empty string");
    }
    return classifyAll(List.of(input(0, text, pair))).get(0);
  }

  /** Classifies many texts; texts of similar length are run together. */
  public List<Classification> classify(List<String> texts) {
    List<TextInput> inputs = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      inputs.add(input(i, texts.get(i), null));
    }
    return classifyAll(inputs);
  }

  /** Classifies many texts and pairs of texts. */
  public List<Classification> classifyAll(List<TextInput> inputs) {
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i) == null) {
        throw new InvalidInputException("text " + i + " of " + inputs.size() + " is null");
      }
    }
    if (inputs.isEmpty()) {
      return List.of();
    }
    RunControl control = timeout == null ? RunControl.create() : RunControl.withTimeout(timeout);
    return model.classify(inputs, options, control);
  }

  private static TextInput input(int index, @Nullable String text, @Nullable String pair) {
    if (text == null) {
      throw new InvalidInputException(
          "text " + index + " is null; pass an empty string for no text");
    }
    return new TextInput(text, pair);
  }
}
