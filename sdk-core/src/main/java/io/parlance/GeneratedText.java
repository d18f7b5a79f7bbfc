package io.parlance;

import java.util.List;

/**
 * One answer to a prompt.
 *
 * @param text what follows the prompt, without special tokens and without the stop string that
 *     ended it; empty where the model's folder has no tokenizer
 * @param tokenIds the tokens after the prompt, the end token included
 * @param score of beam search: the sum of the tokens' log-probabilities divided by their number to
 *     the power of the length penalty; NaN for other searches
 * @param logProbabilities natural logarithm of the model's probability of each token; empty unless
 *     asked for, and for beam search
 * @param finishReason why it ended
 */
public record GeneratedText(
    String text,
    List<Integer> tokenIds,
    double score,
    List<Float> logProbabilities,
    FinishReason finishReason) {
  public GeneratedText {
    tokenIds = List.copyOf(tokenIds);
    logProbabilities = List.copyOf(logProbabilities);
  }
}
