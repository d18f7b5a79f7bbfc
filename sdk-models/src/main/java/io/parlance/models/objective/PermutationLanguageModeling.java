package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What XLNet is pretrained with (Yang et al. 2019, arXiv:1906.08237, sections 2.2 to 2.4): the last
 * tokens of a random order are predicted, each from all that come before it in that order. They
 * stand in spans of one to five words, each amid {@code alpha} times as many tokens.
 *
 * <p>{@code perm_mask} [batch, sequence, sequence] is 1 where a token does not see another, {@code
 * target_mapping} [batch, targets, sequence] is 1 at the position that a target is about, {@code
 * labels} [batch, targets] are the tokens there.
 *
 * @param alpha the tokens of the text for each word that is predicted; 6 in the paper
 * @param longest the longest span in words; 5 in the paper
 * @param padTokenId the id that fills up shorter sequences
 * @param vocabularySize the number of token ids
 */
public record PermutationLanguageModeling(
    int alpha, int longest, int padTokenId, int vocabularySize) implements PretrainingObjective {

  private static final int PUBLISHED_ALPHA = 6;
  private static final int PUBLISHED_LONGEST = 5;

  public PermutationLanguageModeling {
    if (alpha < 2 || longest < 1) {
      throw new IllegalArgumentException(
          "%d tokens a predicted word and spans of %d words cannot be; expected 2 and 1 or more"
              .formatted(alpha, longest));
    }
  }

  /** As in the paper: a sixth of the tokens, in spans of at most 5 words. */
  public static PermutationLanguageModeling published(int padTokenId, int vocabularySize) {
    return new PermutationLanguageModeling(
        PUBLISHED_ALPHA, PUBLISHED_LONGEST, padTokenId, vocabularySize);
  }

  /**
   * Which tokens are hidden from a token of a run that is ordered by itself.
   *
   * @param target whether a token is predicted
   * @param functional whether it is a separator or the like: never predicted, but in the order
   * @param rank the place of each token in the order
   * @return for each token whether it does not see another; a target sees neither itself nor what
   *     comes after it, and what is neither target nor functional is seen by all
   */
  static boolean[][] hidden(boolean[] target, boolean[] functional, int[] rank) {
    int length = rank.length;
    boolean[][] hidden = new boolean[length][length];
    for (int i = 0; i < length; i++) {
      int own = target[i] ? rank[i] : functional[i] ? rank[i] + 1 : 0;
      for (int j = 0; j < length; j++) {
        hidden[i][j] = (target[j] || functional[j]) && own <= rank[j];
      }
    }
    return hidden;
  }

  /** The tokens to be predicted, by {@link #alpha} and {@link #longest}. */
  public boolean[] choose(TokenSequence sequence, CounterRandom random) {
    int[] text =
        IntStream.range(0, sequence.length())
            .filter(i -> sequence.word(i) != TokenSequence.NO_WORD)
            .toArray();
    int goal = Math.max(1, (int) Math.rint((double) text.length / alpha));
    double[] weights = IntStream.rangeClosed(1, longest).mapToDouble(n -> 1.0 / n).toArray();
    boolean[] target = new boolean[sequence.length()];
    int found = 0;
    long draws = 0;
    for (int at = 0; at < text.length && found < goal; ) {
      int words = Math.min(1 + Span.draw(weights, random.uniform(draws++)), goal - found);
      int context = words * alpha;
      int before = random.below(context, draws++);
      int start = at + before;
      while (start < text.length && sequence.continuesWord(text[start])) {
        start++;
      }
      int end = start;
      while (end < text.length && words > 0) {
        end++;
        if (end == text.length || !sequence.continuesWord(text[end])) {
          words--;
        }
      }
      for (int i = start; i < end && found < goal; i++) {
        target[text[i]] = true;
        found++;
      }
      at = end + context - before;
    }
    for (int candidate : random.fork("rest").permutation(text.length)) {
      if (found < goal && !target[text[candidate]]) {
        target[text[candidate]] = true;
        found++;
      }
    }
    return target;
  }

  @Override
  public Map<String, Input> inputs() {
    Map<String, Input> inputs = new LinkedHashMap<>(TokenBatch.INPUTS);
    inputs.put("perm_mask", Input.longs("batch", "sequence", "sequence"));
    inputs.put("target_mapping", Input.floats("batch", "targets", "sequence"));
    inputs.put("labels", Input.longs("batch", "targets"));
    return inputs;
  }

  @Override
  public long targets(Map<String, Tensor> batch) {
    return TokenBatch.counted(batch, "labels");
  }

  @Override
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    int rows = sequences.size();
    Map<String, Tensor> inputs = TokenBatch.pad(sequences, padTokenId);
    int length = sequences.stream().mapToInt(TokenSequence::length).max().orElse(0);
    Tensor permutation = Tensor.allocate(ElementType.INT64, rows, length, length);
    LongBuffer blocked = permutation.buffer().asLongBuffer();
    List<int[]> places = new ArrayList<>(rows);
    List<int[]> labels = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      TokenSequence sequence = sequences.get(row);
      CounterRandom own = random.fork(numbers[row]);
      boolean[] target = choose(sequence, own.fork("targets"));
      boolean[] functional = new boolean[sequence.length()];
      for (int i = 0; i < functional.length; i++) {
        functional[i] = sequence.word(i) == TokenSequence.NO_WORD;
      }
      boolean[][] hidden =
          hidden(target, functional, own.fork("order").permutation(sequence.length()));
      for (int i = 0; i < sequence.length(); i++) {
        for (int j = 0; j < sequence.length(); j++) {
          blocked.put((row * length + i) * length + j, hidden[i][j] ? 1 : 0);
        }
      }
      int[] asked = IntStream.range(0, target.length).filter(i -> target[i]).toArray();
      places.add(asked);
      labels.add(IntStream.of(asked).map(sequence::id).toArray());
    }
    int targets = places.stream().mapToInt(each -> each.length).max().orElse(0);
    Tensor mapping = Tensor.allocate(ElementType.FLOAT32, rows, targets, length);
    FloatBuffer ones = mapping.buffer().asFloatBuffer();
    for (int row = 0; row < rows; row++) {
      int[] asked = places.get(row);
      for (int i = 0; i < asked.length; i++) {
        ones.put((row * targets + i) * length + asked[i], 1);
      }
    }
    inputs.put("perm_mask", permutation);
    inputs.put("target_mapping", mapping);
    inputs.put("labels", TokenBatch.rows(labels, Losses.IGNORED));
    return inputs;
  }
}
