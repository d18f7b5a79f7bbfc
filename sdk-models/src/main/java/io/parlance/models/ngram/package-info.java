/**
 * Count-based language models: n-grams of words with the usual kinds of smoothing, and ARPA files.
 *
 * <p>{@code NgramTrainer} counts sentences, {@code NgramSmoothing} says how counts become
 * probabilities, {@code NgramLanguageModel} is what comes out or is read from an ARPA file.
 */
@NullMarked
package io.parlance.models.ngram;

import org.jspecify.annotations.NullMarked;
