package io.parlance.task;

import io.parlance.Embedding;
import io.parlance.InvalidInputException;
import io.parlance.Pooling;
import io.parlance.SimilarityFunction;
import io.parlance.tokenizers.Truncation;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * Makes vectors of texts, for search, clustering and comparison. An immutable view on a shared
 * model; each option returns another view. Thread-safe, and nothing to close.
 *
 * <p>In a folder of sentence-transformers ({@code modules.json}) pooling, normalization, prompts
 * and the longest input are what its files say; otherwise a vector is the mean of its tokens', not
 * normalized. A graph with an output {@code sentence_embedding} gives its own vectors.
 *
 * <p>A text beyond what the model takes is cut at its end, which the result tells ({@link
 * Embedding#truncated()}).
 */
public final class TextEmbedder extends TextTask<Embedding> {
  private final BoundTask<EmbeddingOptions, Embedding> bound;

  TextEmbedder(BoundTask<EmbeddingOptions, Embedding> bound) {
    super(bound);
    this.bound = bound;
  }

  /** Makes one vector of the tokens' in another way than the model's own. */
  public TextEmbedder pooling(Pooling pooling) {
    return with(options().withPooling(pooling));
  }

  /** Whether vectors get length 1; the model's own choice by default. */
  public TextEmbedder normalize(boolean unitLength) {
    return with(options().withNormalize(unitLength));
  }

  /**
   * Puts one of the model's prompts before each text, such as {@code query} or {@code passage}.
   *
   * @param name as in {@code config_sentence_transformers.json}
   */
  public TextEmbedder promptName(String name) {
    return with(options().withPromptName(name));
  }

  /** Puts this before each text. */
  public TextEmbedder prompt(String text) {
    return with(options().withPrompt(text));
  }

  /** How texts that are too long are cut; see {@link TextClassifier#truncation(Truncation)}. */
  public TextEmbedder truncation(Truncation truncation) {
    return with(options().withTruncation(options().truncation().withStrategy(truncation)));
  }

  /**
   * Cuts texts beyond this length.
   *
   * @param tokens special tokens included, at least 1 and at most what the model takes
   */
  public TextEmbedder maxLength(int tokens) {
    return with(options().withTruncation(options().truncation().withMaxLength(tokens)));
  }

  /** Gives each call at most this time; none by default. */
  public TextEmbedder timeout(Duration time) {
    return new TextEmbedder(bound.withTimeout(time));
  }

  private EmbeddingOptions options() {
    return bound.options();
  }

  private TextEmbedder with(EmbeddingOptions other) {
    return new TextEmbedder(bound.with(other));
  }

  /** How many numbers a vector has, where the graph tells; loads the model. */
  public OptionalInt dimension() {
    return bound.model().model().use(loaded -> ((LoadedEmbedder) loaded).dimension());
  }

  /** How the model's vectors are to be compared; loads the model. */
  public SimilarityFunction similarityFunction() {
    return bound.model().model().use(loaded -> ((LoadedEmbedder) loaded).settings().similarity());
  }

  /**
   * The vector of a text.
   *
   * @throws InvalidInputException if the text is null, or too long where truncation is refused
   */
  public Embedding embed(String text) {
    return process(input(text));
  }

  /** The vectors of many texts, in their order; texts of similar length are run together. */
  public List<Embedding> embed(List<String> texts) {
    return processAll(inputs(texts));
  }

  /** How alike two texts are, by the model's own {@link #similarityFunction()}. */
  public double similarity(String one, String other) {
    List<Embedding> both = processAll(inputs(List.of(one, other)));
    return both.get(0).similarity(both.get(1), similarityFunction());
  }
}
