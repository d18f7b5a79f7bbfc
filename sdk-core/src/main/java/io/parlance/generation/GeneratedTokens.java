package io.parlance.generation;

import io.parlance.FinishReason;

/**
 * One generated sequence.
 *
 * @param tokens what follows the prompt, the end token included
 * @param logProbabilities natural logarithm of the model's probability of each token, before any
 *     processing; empty unless asked for
 * @param score of beam search: sum of the tokens' processed log-probabilities divided by the length
 *     to the power of the length penalty; NaN elsewhere
 * @param finishReason why it ended
 */
public record GeneratedTokens(
    int[] tokens, float[] logProbabilities, double score, FinishReason finishReason) {}
