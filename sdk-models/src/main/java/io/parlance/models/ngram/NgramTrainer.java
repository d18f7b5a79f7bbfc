package io.parlance.models.ngram;

import io.parlance.InvalidInputException;
import java.util.List;

/**
 * Counts the n-grams of sentences and makes a model of them. Takes the texts one by one, so that
 * they need not fit into memory; the n-grams do. Not thread-safe.
 *
 * <pre>{@code
 * NgramTrainer trainer = new NgramTrainer(3, NgramSmoothing.modifiedKneserNey());
 * texts.forEach(trainer::add);
 * NgramLanguageModel model = trainer.train();
 * }</pre>
 */
public final class NgramTrainer {

  private static final int MAXIMUM_ORDER = 20;

  private final NgramSmoothing smoothing;
  private final Vocabulary vocabulary = new Vocabulary();
  private final NgramCounts counts;
  private long sentences;

  /**
   * A trainer without counts.
   *
   * @param order the longest n-gram in words, 1 to 20
   * @throws IllegalArgumentException if the order is out of range, or Jelinek-Mercer's weights are
   *     not one more
   */
  public NgramTrainer(int order, NgramSmoothing smoothing) {
    if (order < 1 || order > MAXIMUM_ORDER) {
      throw new IllegalArgumentException(
          "order " + order + " must be between 1 and " + MAXIMUM_ORDER);
    }
    if (smoothing instanceof NgramSmoothing.JelinekMercer mixed
        && mixed.weights().size() != order + 1) {
      throw new IllegalArgumentException(
          "order %d takes %d weights, that of an even distribution first; found %s"
              .formatted(order, order + 1, mixed.weights()));
    }
    this.smoothing = smoothing;
    this.counts =
        new NgramCounts(
            new NgramTrie(vocabulary, order), smoothing instanceof NgramSmoothing.KneserNey);
  }

  /** Counts a text: each line that holds words is a sentence, white space parts the words. */
  public void add(String text) {
    NgramLanguageModel.sentences(text).forEach(this::add);
  }

  /**
   * Counts a sentence.
   *
   * @param words without start and end; {@code <unk>} stands for any unknown word
   * @throws InvalidInputException if a word is {@code <s>} or {@code </s>}, is empty or holds white
   *     space
   */
  public void add(List<String> words) {
    sentences++;
    int[] ids = new int[words.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = vocabulary.add(checked(words.get(i)));
    }
    counts.add(ids);
  }

  private String checked(String word) {
    if (word.equals(Vocabulary.START_WORD) || word.equals(Vocabulary.END_WORD)) {
      throw new InvalidInputException(
          "sentence "
              + sentences
              + " has the word '"
              + word
              + "', which marks where sentences start and end; take it out of the text");
    }
    if (word.isEmpty() || word.chars().anyMatch(c -> c <= ' ' && Character.isWhitespace(c))) {
      throw new InvalidInputException(
          "sentence "
              + sentences
              + " has the word '"
              + word
              + "'; a word must not be empty or hold white space");
    }
    return word;
  }

  /**
   * The model of what was counted. The trainer is of no more use.
   *
   * @throws InvalidInputException if nothing was counted
   */
  public NgramLanguageModel train() {
    if (sentences == 0) {
      throw new InvalidInputException("there is nothing to count: the text has no words");
    }
    return smoothing instanceof NgramSmoothing.KneserNey kneserNey
        ? KneserNeyEstimate.of(counts, kneserNey.modified())
        : new CountModel(counts, smoothing);
  }
}
