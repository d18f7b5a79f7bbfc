package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import java.time.Duration;
import java.util.Arrays;

/**
 * What every task can do that writes a text from a text by a model with an encoder. An immutable
 * view on a shared model; each option returns another view. Thread-safe, and nothing to close.
 *
 * <p>Settings come from the model's {@code generation_config.json}, over them those that {@code
 * task_specific_params} of its {@code config.json} has for the task, and what is set here wins.
 *
 * @param <V> the view itself
 * @param <R> the result for one text
 */
public abstract class TextWriter<V extends TextWriter<V, R>, R> extends TextTask<R> {
  private final BoundTask<WritingOptions, R> bound;

  TextWriter(BoundTask<WritingOptions, R> bound) {
    super(bound);
    this.bound = bound;
  }

  /** The same view with another state. */
  abstract V view(BoundTask<WritingOptions, R> other);

  final BoundTask<WritingOptions, R> bound() {
    return bound;
  }

  final WritingOptions options() {
    return bound.options();
  }

  final V with(WritingOptions other) {
    return view(bound.with(other));
  }

  /**
   * Sets any option of generation.
   *
   * @throws InvalidInputException if the option does not take the value
   */
  public final <T> V with(GenerationOption<T> option, T value) {
    return with(options().withGeneration(options().generation().with(option, value)));
  }

  /** Sets several options, over those set before. */
  public final V with(GenerationOptions generation) {
    return with(options().withGeneration(generation.over(options().generation())));
  }

  /** Tokens of each written piece at most; a piece that meets this limit says so. */
  public final V maxNewTokens(int tokens) {
    return with(GenerationOption.MAX_NEW_TOKENS, tokens);
  }

  /** Always takes the likeliest token. */
  public final V greedy() {
    return with(
        GenerationOptions.NONE
            .with(GenerationOption.DO_SAMPLE, false)
            .with(GenerationOption.NUM_BEAMS, 1));
  }

  /** Follows so many sequences at a time and gives the best. */
  public final V beams(int beams) {
    return with(GenerationOption.NUM_BEAMS, beams);
  }

  /** Gives so many results, best first; needs sampling, or as many beams. */
  public final V alternatives(int sequences) {
    return with(GenerationOption.NUM_RETURN_SEQUENCES, sequences);
  }

  /** Draws tokens, from a distribution that is sharper below 1 and flatter above. */
  public final V temperature(double temperature) {
    return with(
        GenerationOptions.NONE
            .with(GenerationOption.DO_SAMPLE, true)
            .with(GenerationOption.TEMPERATURE, temperature));
  }

  /** Draws tokens, the same each time for the same seed. */
  public final V seed(long seed) {
    return with(
        GenerationOptions.NONE
            .with(GenerationOption.DO_SAMPLE, true)
            .with(GenerationOption.SEED, seed));
  }

  /** Ends what is written at any of these texts, which are not part of it. */
  public final V stopStrings(String... texts) {
    return with(GenerationOption.STOP_STRINGS, Arrays.asList(texts));
  }

  /**
   * Whether a text that is too long for the model is cut, and read as a whole, instead of being
   * taken apart; the result says so. False by default.
   */
  public final V truncate(boolean wanted) {
    return with(options().withTruncation(wanted));
  }

  /** Whether spaces before punctuation are taken out of what is written; false by default. */
  public final V cleanUpSpaces(boolean wanted) {
    return with(options().withCleansUpSpaces(wanted));
  }

  /** Runs so many sequences together at most; 32 by default. */
  public final V batchRows(int rows) {
    if (rows < 1) {
      throw new InvalidInputException("batch rows " + rows + " must be at least 1");
    }
    return with(options().withBatchRows(rows));
  }

  /** Gives each call at most this time; none by default. */
  public final V timeout(Duration time) {
    return view(bound.withTimeout(time));
  }

  /** Loads the model, if it is not in memory yet. */
  public final V load() {
    bound.model().model().use(loaded -> true);
    return view(bound);
  }
}
