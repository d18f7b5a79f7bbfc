package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Predicting each token from those before it. With a prefix, all tokens of which see each other,
 * only what follows the prefix is predicted: a prefix language model (Raffel et al. 2020,
 * arXiv:1910.10683, section 3.2.1), whose prefix is as long as the text allows with equal
 * probability.
 *
 * @param prefix whether texts have a prefix
 * @param length that of all sequences, which recurrent models are trained with; 0 for any
 * @param padTokenId the id that fills up shorter sequences
 * @param vocabularySize the number of token ids
 */
public record CausalLanguageModeling(boolean prefix, int length, int padTokenId, int vocabularySize)
    implements PretrainingObjective {

  /** Of sequences of any length. */
  public CausalLanguageModeling(boolean prefix, int padTokenId, int vocabularySize) {
    this(prefix, 0, padTokenId, vocabularySize);
  }

  private Object sequence() {
    return length == 0 ? "sequence" : length;
  }

  @Override
  public Map<String, Input> inputs() {
    Map<String, Input> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Input.longs("batch", sequence()));
    inputs.put("attention_mask", Input.longs("batch", sequence()));
    if (prefix) {
      inputs.put("prefix_lengths", Input.longs("batch"));
    }
    inputs.put("labels", Input.longs("batch", sequence()));
    return inputs;
  }

  @Override
  public long targets(Map<String, Tensor> batch) {
    return TokenBatch.counted(batch, "labels");
  }

  /** The first token is not predicted, so one alone has nothing to be learned from. */
  @Override
  public int shortestSequence() {
    return length > 0 ? length : prefix ? 3 : 2;
  }

  @Override
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    List<int[]> ids = new ArrayList<>(sequences.size());
    List<int[]> labels = new ArrayList<>(sequences.size());
    int[] prefixes = new int[sequences.size()];
    for (int row = 0; row < prefixes.length; row++) {
      int[] tokens = sequences.get(row).ids();
      prefixes[row] = prefix ? 1 + random.fork(numbers[row]).below(tokens.length - 1, 0) : 1;
      int[] asked = tokens.clone();
      Arrays.fill(asked, 0, prefixes[row], (int) Losses.IGNORED);
      ids.add(tokens);
      labels.add(asked);
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", TokenBatch.rows(ids, padTokenId));
    inputs.put("attention_mask", TokenBatch.mask(ids));
    if (prefix) {
      inputs.put("prefix_lengths", TokenBatch.column(prefixes));
    }
    inputs.put("labels", TokenBatch.rows(labels, Losses.IGNORED));
    return inputs;
  }
}
