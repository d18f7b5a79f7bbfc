package io.parlance;

/**
 * A label and how strongly it applies.
 *
 * @param label its name, from the model's configuration
 * @param score what the score function made of the model's output: a probability for {@link
 *     ScoreFunction#SOFTMAX} and {@link ScoreFunction#SIGMOID}, the plain value for {@link
 *     ScoreFunction#NONE}
 */
public record LabelScore(String label, double score) {}
