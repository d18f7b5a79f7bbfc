package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses the tokens that a masked language model has to predict, as the original BERT code does
 * (Devlin et al. 2019, {@code create_masked_lm_predictions}): of a sequence of n tokens, special
 * tokens counted, {@code max(1, round(n * probability))} are chosen among those that are part of a
 * text, at most {@code maximumPredictions}. A chosen token becomes the mask token, a random token
 * of the vocabulary, or stays as it is.
 *
 * @param probability the share of tokens that is chosen
 * @param maskShare the share of the chosen that become the mask token
 * @param randomShare the share of the chosen that become a random token, uniform over the
 *     vocabulary
 * @param maximumPredictions the largest number of tokens chosen in one sequence
 * @param wholeWords whether all pieces of a word are chosen together; a word that exceeds what is
 *     left is passed over
 * @param maskTokenId the id of the mask token
 * @param vocabularySize the number of tokens that a random token is drawn from
 */
public record TokenMasking(
    double probability,
    double maskShare,
    double randomShare,
    int maximumPredictions,
    boolean wholeWords,
    int maskTokenId,
    int vocabularySize) {

  private static final double BERT_PROBABILITY = 0.15;
  private static final double BERT_MASK_SHARE = 0.8;
  private static final double BERT_RANDOM_SHARE = 0.1;

  /** The most tokens chosen in a sequence unless said otherwise: what BERT used for 512 tokens. */
  public static final int DEFAULT_MAXIMUM_PREDICTIONS = 80;

  public TokenMasking {
    requireShare("masking probability", probability);
    requireShare("mask share", maskShare);
    requireShare("random share", randomShare);
    requireShare("mask share and random share together", maskShare + randomShare);
    if (maximumPredictions < 1) {
      throw new IllegalArgumentException(
          "maximum predictions " + maximumPredictions + " must be positive");
    }
    if (maskTokenId < 0 || maskTokenId >= vocabularySize) {
      throw new IllegalArgumentException(
          "mask token id " + maskTokenId + " must be 0 to " + (vocabularySize - 1));
    }
  }

  /** BERT's shares: 15 % of the tokens, of them 80 % masked, 10 % random, 10 % kept. */
  public static TokenMasking bert(int maskTokenId, int vocabularySize) {
    return new TokenMasking(
        BERT_PROBABILITY,
        BERT_MASK_SHARE,
        BERT_RANDOM_SHARE,
        DEFAULT_MAXIMUM_PREDICTIONS,
        false,
        maskTokenId,
        vocabularySize);
  }

  /** This masking with words chosen whole, or not. */
  public TokenMasking wholeWords(boolean whole) {
    return new TokenMasking(
        probability,
        maskShare,
        randomShare,
        maximumPredictions,
        whole,
        maskTokenId,
        vocabularySize);
  }

  /** This masking with at most {@code maximum} tokens chosen in a sequence. */
  public TokenMasking maximumPredictions(int maximum) {
    return new TokenMasking(
        probability, maskShare, randomShare, maximum, wholeWords, maskTokenId, vocabularySize);
  }

  private static void requireShare(String name, double share) {
    // the sum of two shares may miss 1 by a rounding
    if (!(share >= 0 && share <= 1 + 1e-9)) {
      throw new IllegalArgumentException(name + " " + share + " must be 0 to 1");
    }
  }

  /**
   * A sequence with chosen tokens.
   *
   * @param ids the ids after masking
   * @param positions the chosen tokens, ascending
   */
  @SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
  public record Masked(int[] ids, int[] positions) {}

  /**
   * Masks a sequence; the choice follows from {@code random} alone. Sequences of special tokens
   * only keep all.
   */
  public Masked mask(TokenSequence sequence, CounterRandom random) {
    int[] ids = new int[sequence.length()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = sequence.id(i);
    }
    int[] positions = choose(sequence, random.fork("positions"));
    CounterRandom actions = random.fork("actions");
    CounterRandom tokens = random.fork("tokens");
    for (int position : positions) {
      double action = actions.uniform(position);
      if (action < maskShare) {
        ids[position] = maskTokenId;
      } else if (action < maskShare + randomShare) {
        ids[position] = tokens.below(vocabularySize, position);
      }
    }
    return new Masked(ids, positions);
  }

  private int[] choose(TokenSequence sequence, CounterRandom random) {
    List<int[]> candidates = candidates(sequence);
    int budget =
        Math.min(maximumPredictions, Math.max(1, (int) Math.rint(sequence.length() * probability)));
    int[] chosen = new int[budget];
    int count = 0;
    for (int candidate : random.permutation(candidates.size())) {
      int[] tokens = candidates.get(candidate);
      if (count + tokens.length <= budget) {
        System.arraycopy(tokens, 0, chosen, count, tokens.length);
        count += tokens.length;
      }
    }
    int[] positions = Arrays.copyOf(chosen, count);
    Arrays.sort(positions);
    return positions;
  }

  private List<int[]> candidates(TokenSequence sequence) {
    List<int[]> candidates = new ArrayList<>();
    for (int start = 0; start < sequence.length(); ) {
      int end = start + 1;
      while (wholeWords && end < sequence.length() && sequence.continuesWord(end)) {
        end++;
      }
      if (sequence.word(start) != TokenSequence.NO_WORD) {
        candidates.add(IntStream.range(start, end).toArray());
      }
      start = end;
    }
    return candidates;
  }
}
