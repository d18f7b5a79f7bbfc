package io.parlance.tokenizers.training;

import java.util.List;
import java.util.Objects;

/**
 * What a byte-level BPE vocabulary is trained to be. The 256 bytes are always in it, so no text is
 * unknown.
 *
 * @param vocabularySize largest number of tokens, special tokens and the 256 bytes included
 * @param minimumFrequency pairs that occur less often are not merged
 * @param layout special tokens and where they are added
 * @param lowercase whether texts are lower-cased
 * @param addPrefixSpace whether the first word of a text is written like the others, with a space
 *     before it
 * @param modelMaxLength longest input of the model in tokens, written to {@code
 *     tokenizer_config.json}
 * @param additionalSpecialTokens special tokens beside those of the layout
 */
public record BytePairOptions(
    int vocabularySize,
    int minimumFrequency,
    BytePairLayout layout,
    boolean lowercase,
    boolean addPrefixSpace,
    int modelMaxLength,
    List<String> additionalSpecialTokens) {

  /**
   * 30 000 tokens, minimum frequency 2 (the defaults of {@code ByteLevelBPETokenizer.train} in the
   * Hugging Face library), GPT-2's layout, case kept, no prefix space, 1024 tokens (GPT-2).
   */
  public static final BytePairOptions DEFAULT =
      new BytePairOptions(30_000, 2, BytePairLayout.GPT2, false, false, 1_024, List.of());

  /** Refuses sizes below 1. */
  public BytePairOptions {
    Checks.positive("vocabulary size", vocabularySize);
    Checks.positive("model maximum length", modelMaxLength);
    Checks.notNegative("minimum frequency", minimumFrequency);
    Objects.requireNonNull(layout, "the layout is null");
    additionalSpecialTokens = Checks.specialTokens(additionalSpecialTokens);
  }

  /** These options with another vocabulary size. */
  public BytePairOptions withVocabularySize(int size) {
    return new BytePairOptions(
        size,
        minimumFrequency,
        layout,
        lowercase,
        addPrefixSpace,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with another minimum frequency. */
  public BytePairOptions withMinimumFrequency(int frequency) {
    return new BytePairOptions(
        vocabularySize,
        frequency,
        layout,
        lowercase,
        addPrefixSpace,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with another layout. */
  public BytePairOptions withLayout(BytePairLayout other) {
    return new BytePairOptions(
        vocabularySize,
        minimumFrequency,
        other,
        lowercase,
        addPrefixSpace,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with or without lower-casing. */
  public BytePairOptions withLowercase(boolean lower) {
    return new BytePairOptions(
        vocabularySize,
        minimumFrequency,
        layout,
        lower,
        addPrefixSpace,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with or without a prefix space. */
  public BytePairOptions withAddPrefixSpace(boolean add) {
    return new BytePairOptions(
        vocabularySize,
        minimumFrequency,
        layout,
        lowercase,
        add,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options for a model with another longest input. */
  public BytePairOptions withModelMaxLength(int length) {
    return new BytePairOptions(
        vocabularySize,
        minimumFrequency,
        layout,
        lowercase,
        addPrefixSpace,
        length,
        additionalSpecialTokens);
  }

  /** These options with other additional special tokens. */
  public BytePairOptions withAdditionalSpecialTokens(List<String> tokens) {
    return new BytePairOptions(
        vocabularySize,
        minimumFrequency,
        layout,
        lowercase,
        addPrefixSpace,
        modelMaxLength,
        tokens);
  }
}
