package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.MaskFilling;
import io.parlance.tokenizers.Truncation;
import java.time.Duration;
import java.util.List;

/**
 * Says which tokens a masked language model would put in the place of its mask token, such as
 * {@code [MASK]} or {@code <mask>}. An immutable view on a shared model; each option returns
 * another view. Thread-safe, and nothing to close. Scores are probabilities among all tokens, as
 * the fill-mask pipeline of transformers gives them, also where targets are chosen.
 */
public final class MaskFiller extends TextTask<MaskFilling> {
  private final BoundTask<MaskOptions, MaskFilling> bound;

  MaskFiller(BoundTask<MaskOptions, MaskFilling> bound) {
    super(bound);
    this.bound = bound;
  }

  /**
   * How many tokens for each mask; 5 by default.
   *
   * @param k at least 1
   */
  public MaskFiller topK(int k) {
    if (k < 1) {
      throw new InvalidInputException("top k " + k + " must be at least 1");
    }
    return with(options().withTopK(k));
  }

  /**
   * Chooses among these words only. A word that is no entry of the vocabulary stands for its first
   * token.
   *
   * @param words at least one
   */
  public MaskFiller targets(List<String> words) {
    if (words.isEmpty()) {
      throw new InvalidInputException("no targets; give at least one");
    }
    return with(options().withTargets(words));
  }

  /** As {@link #targets(List)}. */
  public MaskFiller targets(String... words) {
    return targets(List.of(words));
  }

  /** How texts that are too long are cut; see {@link TextClassifier#truncation(Truncation)}. */
  public MaskFiller truncation(Truncation truncation) {
    return with(options().withTruncation(options().truncation().withStrategy(truncation)));
  }

  /**
   * Cuts texts beyond this length.
   *
   * @param tokens special tokens included, at least 1 and at most what the model takes
   */
  public MaskFiller maxLength(int tokens) {
    return with(options().withTruncation(options().truncation().withMaxLength(tokens)));
  }

  /** Gives each call at most this time; none by default. */
  public MaskFiller timeout(Duration time) {
    return new MaskFiller(bound.withTimeout(time));
  }

  private MaskOptions options() {
    return bound.options();
  }

  private MaskFiller with(MaskOptions other) {
    return new MaskFiller(bound.with(other));
  }

  /** The mask as it is to be written in texts; loads the model. */
  public String maskToken() {
    return bound.model().model().use(loaded -> ((LoadedMaskFiller) loaded).maskToken());
  }

  /**
   * Fills the masks of a text.
   *
   * @throws InvalidInputException if the text is null or has no mask
   */
  public MaskFilling fill(String text) {
    return process(input(text));
  }

  /** Fills the masks of many texts. */
  public List<MaskFilling> fill(List<String> texts) {
    return processAll(inputs(texts));
  }
}
