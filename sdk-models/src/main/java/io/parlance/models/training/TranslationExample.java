package io.parlance.models.training;

import org.jspecify.annotations.Nullable;

/**
 * A text and what it becomes: its translation, its summary, or any other.
 *
 * @param source what the encoder reads
 * @param target what the decoder writes
 * @param targetLanguage the language of the target, such as {@code fr}, for models that know
 *     several; null where there is only one
 */
public record TranslationExample(String source, String target, @Nullable String targetLanguage) {}
