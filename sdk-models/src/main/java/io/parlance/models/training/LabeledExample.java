package io.parlance.models.training;

import org.jspecify.annotations.Nullable;

/**
 * A text, or a pair of texts, and what a classifier is to say about it.
 *
 * @param text the text
 * @param textPair the second text of a pair, or null
 * @param target the right answer
 */
public record LabeledExample(String text, @Nullable String textPair, Target target) {}
