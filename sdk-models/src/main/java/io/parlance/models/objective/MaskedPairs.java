package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Masked language modelling on pairs of segments, and telling something about each pair: what BERT
 * and ALBERT are pretrained with ({@link SentencePairs}). The label of a pair is the one at its
 * number.
 */
public final class MaskedPairs implements PretrainingObjective {

  private final MaskedLanguageModeling masking;
  private final SentencePairs.Objective objective;
  private final int[] labels;

  /**
   * For the pairs of a data set.
   *
   * @param pairs in the order of the data set
   */
  public MaskedPairs(
      MaskedLanguageModeling masking,
      SentencePairs.Objective objective,
      List<SentencePairs.Pair> pairs) {
    this.masking = masking;
    this.objective = objective;
    this.labels = pairs.stream().mapToInt(SentencePairs.Pair::label).toArray();
  }

  /**
   * The tokens of pairs, {@code [CLS] first [SEP] second [SEP]} with the second segment as 1. A
   * pair without a second segment ends after the first.
   *
   * @param classification the id of {@code [CLS]}
   * @param separator the id of {@code [SEP]}
   */
  public static List<TokenSequence> sequences(
      List<SentencePairs.Pair> pairs, int classification, int separator) {
    List<TokenSequence> sequences = new ArrayList<>(pairs.size());
    for (SentencePairs.Pair pair : pairs) {
      int first = pair.first().length;
      int second = pair.second().length;
      int length = first + 2 + (second == 0 ? 0 : second + 1);
      int[] ids = new int[length];
      int[] segments = new int[length];
      int[] words = new int[length];
      for (int i = 0; i < length; i++) {
        words[i] = i; // each token is chosen by itself
      }
      ids[0] = classification;
      System.arraycopy(pair.first(), 0, ids, 1, first);
      ids[first + 1] = separator;
      if (second > 0) {
        System.arraycopy(pair.second(), 0, ids, first + 2, second);
        ids[length - 1] = separator;
        Arrays.fill(segments, first + 2, length, 1);
      }
      words[0] = TokenSequence.NO_WORD;
      words[first + 1] = TokenSequence.NO_WORD;
      words[length - 1] = TokenSequence.NO_WORD;
      sequences.add(new TokenSequence(ids, segments, words));
    }
    return sequences;
  }

  @Override
  public Map<String, Input> inputs() {
    Map<String, Input> inputs = new LinkedHashMap<>(masking.inputs());
    inputs.put(label(), Input.longs("batch"));
    return inputs;
  }

  private String label() {
    return switch (objective) {
      case NEXT_SENTENCE -> "next_sentence_label";
      case SENTENCE_ORDER -> "sentence_order_label";
    };
  }

  @Override
  public long targets(Map<String, Tensor> batch) {
    return masking.targets(batch);
  }

  @Override
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    Map<String, Tensor> inputs = masking.collate(sequences, numbers, random);
    inputs.put(
        label(), TokenBatch.column(Arrays.stream(numbers).map(number -> labels[number]).toArray()));
    return inputs;
  }

  @Override
  public int vocabularySize() {
    return masking.vocabularySize();
  }

  @Override
  public String toString() {
    return "MaskedPairs[" + masking + ", " + objective + ", " + Arrays.hashCode(labels) + "]";
  }
}
