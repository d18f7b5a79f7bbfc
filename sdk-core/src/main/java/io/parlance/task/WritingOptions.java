package io.parlance.task;

import io.parlance.Protection;
import io.parlance.Splitting;
import io.parlance.generation.GenerationOptions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of a task that writes a text from a text.
 *
 * @param generation the caller's, over those of the task and of the model
 * @param splitting how texts are taken apart
 * @param truncation whether a text that is too long is cut instead
 * @param cleansUpSpaces whether spaces before punctuation are taken out of results
 * @param protection what translations keep letter for letter
 * @param from source language, or null
 * @param to target language, or null
 * @param batchRows sequences that are run together at most
 */
record WritingOptions(
    GenerationOptions generation,
    Splitting splitting,
    boolean truncation,
    boolean cleansUpSpaces,
    Set<Protection> protection,
    @Nullable String from,
    @Nullable String to,
    int batchRows) {

  WritingOptions {
    protection = Set.copyOf(protection);
  }

  static WritingOptions of(Splitting splitting) {
    return new WritingOptions(
        GenerationOptions.NONE,
        splitting,
        false,
        false,
        Set.of(),
        null,
        null,
        GenerationView.BATCH_ROWS);
  }

  WritingOptions withGeneration(GenerationOptions other) {
    return new WritingOptions(
        other, splitting, truncation, cleansUpSpaces, protection, from, to, batchRows);
  }

  WritingOptions withSplitting(Splitting other) {
    return new WritingOptions(
        generation, other, truncation, cleansUpSpaces, protection, from, to, batchRows);
  }

  WritingOptions withTruncation(boolean other) {
    return new WritingOptions(
        generation, splitting, other, cleansUpSpaces, protection, from, to, batchRows);
  }

  WritingOptions withCleansUpSpaces(boolean other) {
    return new WritingOptions(
        generation, splitting, truncation, other, protection, from, to, batchRows);
  }

  WritingOptions withProtection(Set<Protection> other) {
    return new WritingOptions(
        generation, splitting, truncation, cleansUpSpaces, other, from, to, batchRows);
  }

  WritingOptions withLanguages(@Nullable String source, @Nullable String target) {
    return new WritingOptions(
        generation, splitting, truncation, cleansUpSpaces, protection, source, target, batchRows);
  }

  WritingOptions withBatchRows(int other) {
    return new WritingOptions(
        generation, splitting, truncation, cleansUpSpaces, protection, from, to, other);
  }
}
