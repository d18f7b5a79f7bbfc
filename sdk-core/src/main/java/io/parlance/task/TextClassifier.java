package io.parlance.task;

import io.parlance.CancelledException;
import io.parlance.Classification;
import io.parlance.DeadlineExceededException;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.tokenizers.Truncation;
import java.time.Duration;
import java.util.List;

/**
 * Classifies texts: topics, intents, sentiments, a number for regression models, or, with {@link
 * #labels(String...)}, labels that the caller makes up. An immutable view on a shared model; each
 * option returns another view. Thread-safe, and nothing to close: the model belongs to who made it.
 *
 * <p>Scores follow the text classification pipeline of transformers: softmax over the labels,
 * except sigmoid where the model is multi-label or has one output, and plain values where it is a
 * regression. Results come in the order of the texts, and are those that each text has by itself;
 * only where a graph rounds to 8 bits with one scale for a whole run ({@code
 * DynamicQuantizeLinear}, as {@code int8} variants have it) do they differ a little with the texts
 * beside it.
 *
 * <p>A text beyond what the model takes is cut at its end, which the result tells ({@link
 * Classification#truncated()}).
 */
public final class TextClassifier extends TextTask<Classification> {
  private final BoundTask<ClassificationOptions, Classification> bound;

  TextClassifier(BoundTask<ClassificationOptions, Classification> bound) {
    super(bound);
    this.bound = bound;
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
    return with(options().withTopK(k));
  }

  /** Keeps all labels. */
  public TextClassifier allLabels() {
    return with(options().withTopK(ClassificationOptions.ALL));
  }

  /** Makes scores with this function instead of the model's own. */
  public TextClassifier function(ScoreFunction function) {
    return with(options().withFunction(function));
  }

  /**
   * Classifies by labels of the caller's own instead of the model's, which must have been trained
   * on natural language inference: it is asked for each label whether the text entails "This
   * example is {label}." Scores are relative between the labels.
   *
   * @param candidates at least one
   */
  public TextClassifier labels(String... candidates) {
    return labels(List.of(candidates));
  }

  /** As {@link #labels(String...)}. */
  public TextClassifier labels(List<String> candidates) {
    if (candidates.isEmpty()) {
      throw new InvalidInputException("no candidate labels; give at least one");
    }
    return with(options().withCandidates(candidates));
  }

  /**
   * What makes a hypothesis of each of the {@link #labels(String...)}.
   *
   * @param template with {@code {}} or {@code {0}} in the label's place
   */
  public TextClassifier hypothesisTemplate(String template) {
    return with(options().withTemplate(template));
  }

  /** Whether each of the {@link #labels(String...)} is judged by itself; false by default. */
  public TextClassifier multiLabel(boolean apart) {
    return with(options().withMultiLabel(apart));
  }

  /**
   * Chooses which text of a pair is cut, at the length that the tokenizer's configuration gives
   * ({@code model_max_length}) unless {@link #maxLength(int)} says another; with {@link
   * Truncation#DO_NOT_TRUNCATE} a text that the model cannot take is refused.
   */
  public TextClassifier truncation(Truncation truncation) {
    return with(options().withTruncation(options().truncation().withStrategy(truncation)));
  }

  /**
   * Cuts texts beyond this length.
   *
   * @param tokens special tokens included, at least 1 and at most what the model takes
   */
  public TextClassifier maxLength(int tokens) {
    return with(options().withTruncation(options().truncation().withMaxLength(tokens)));
  }

  /**
   * Gives each call at most this time; none by default.
   *
   * @param time positive
   */
  public TextClassifier timeout(Duration time) {
    return new TextClassifier(bound.withTimeout(time));
  }

  private ClassificationOptions options() {
    return bound.options();
  }

  private TextClassifier with(ClassificationOptions other) {
    return new TextClassifier(bound.with(other));
  }

  /**
   * The labels in the model's order; loads the model. Empty where neither configuration nor graph
   * tells their number before the first call.
   */
  public List<String> labels() {
    return bound.model().model().use(loaded -> ((LoadedClassifier) loaded).labels());
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
    return process(input(text));
  }

  /** Classifies a pair of texts, by models that were trained on pairs. */
  public Classification classify(String text, String pair) {
    if (pair == null) {
      throw new InvalidInputException(
          "the second text is null; classify the first by itself, or pass an empty string");
    }
    return process(new TextInput(input(text).text(), pair));
  }

  /** Classifies many texts; texts of similar length are run together. */
  public List<Classification> classify(List<String> texts) {
    return processAll(inputs(texts));
  }
}
