package io.parlance;

/**
 * A token that a model would put in a mask's place.
 *
 * @param token the token as text
 * @param tokenId its id
 * @param score its probability among all tokens
 * @param sequence the text with the token in place; where there are several masks, the others and
 *     the special tokens are still in it, as the reference gives it
 */
public record MaskPrediction(String token, int tokenId, double score, String sequence) {}
