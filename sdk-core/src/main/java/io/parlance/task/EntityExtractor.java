package io.parlance.task;

import io.parlance.Aggregation;
import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.EntityExtraction;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import java.time.Duration;
import java.util.List;

/**
 * Finds what a text names: people, places, organizations, or whatever else the labels of a token
 * classification model are. An immutable view on a shared model; each option returns another view.
 * Thread-safe, and nothing to close: the model belongs to who made it.
 *
 * <p>Entities follow the token classification pipeline of transformers 4, scores, spelling and
 * order included; offsets count UTF-16 units of the caller's text. Two defaults differ from that
 * pipeline: tokens are joined ({@link Aggregation#SIMPLE}), and a text longer than the model takes
 * is read in windows that overlap by a quarter of their length, at most 128 tokens, so that nothing
 * is lost. Where two windows see the same place, the longer entity is kept. Only with {@link
 * Aggregation#NONE}, whose tokens cannot be told apart between windows, or after {@link
 * #oneWindow()}, the end of a long text is not looked at, which the result tells ({@link
 * EntityExtraction#truncated()}).
 */
public final class EntityExtractor extends TextTask<EntityExtraction> {
  private final BoundTask<EntityOptions, EntityExtraction> bound;

  EntityExtractor(BoundTask<EntityOptions, EntityExtraction> bound) {
    super(bound);
    this.bound = bound;
  }

  /** How tokens become entities; {@link Aggregation#SIMPLE} by default. */
  public EntityExtractor aggregation(Aggregation aggregation) {
    return with(bound.options().withAggregation(aggregation));
  }

  /**
   * Leaves out these labels instead of {@code O}, the label of what names nothing.
   *
   * @param labels as the results have them: groups such as {@code PER}, or full labels with {@link
   *     Aggregation#NONE}; none to leave out nothing
   */
  public EntityExtractor ignoreLabels(String... labels) {
    return ignoreLabels(List.of(labels));
  }

  /** As {@link #ignoreLabels(String...)}. */
  public EntityExtractor ignoreLabels(List<String> labels) {
    return with(bound.options().withIgnoredLabels(labels));
  }

  /**
   * How many tokens neighbouring windows over a long text share. Needs an aggregation other than
   * {@link Aggregation#NONE}.
   *
   * @param tokens at least 0 and less than a window has
   */
  public EntityExtractor stride(int tokens) {
    if (tokens < 0) {
      throw new InvalidInputException("stride " + tokens + " must not be negative");
    }
    return with(bound.options().withStride(tokens));
  }

  /** Reads only the beginning of a long text, as the pipeline of transformers does by default. */
  public EntityExtractor oneWindow() {
    return with(bound.options().withStride(EntityOptions.ONE_WINDOW));
  }

  /**
   * Tokens in a window; by default what the tokenizer's configuration says ({@code
   * model_max_length}).
   *
   * @param tokens special tokens included, at least 1 and at most what the model takes
   */
  public EntityExtractor maxLength(int tokens) {
    if (tokens < 1) {
      throw new InvalidInputException("maximum length " + tokens + " must be at least 1 token");
    }
    return with(bound.options().withMaxLength(tokens));
  }

  /**
   * Gives each call at most this time; none by default.
   *
   * @param time positive
   */
  public EntityExtractor timeout(Duration time) {
    return new EntityExtractor(bound.withTimeout(time));
  }

  private EntityExtractor with(EntityOptions other) {
    return new EntityExtractor(bound.with(other));
  }

  /**
   * The labels in the model's order; loads the model. Empty where neither configuration nor graph
   * tells their number before the first call.
   */
  public List<String> labels() {
    return bound.model().model().use(loaded -> ((LoadedEntityModel) loaded).labels());
  }

  /**
   * Finds the entities of a text, which may be empty.
   *
   * @throws InvalidInputException if the text is null, or the options do not fit the model
   * @throws ModelUnusableException if the model cannot be loaded
   * @throws DeadlineExceededException if the timeout of this view is over
   * @throws CancelledException if the model is being closed
   */
  public EntityExtraction extract(String text) {
    return process(input(text));
  }

  /** Finds the entities of many texts; texts of similar length are run together. */
  public List<EntityExtraction> extract(List<String> texts) {
    return processAll(inputs(texts));
  }
}
