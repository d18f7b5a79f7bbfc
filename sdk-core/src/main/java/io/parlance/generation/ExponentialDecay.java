package io.parlance.generation;

/**
 * The end of the sequence becomes likelier with each token after a start.
 *
 * @param start new tokens before it begins
 * @param factor how much with each token; above 1 shortens
 */
public record ExponentialDecay(int start, double factor) {}
