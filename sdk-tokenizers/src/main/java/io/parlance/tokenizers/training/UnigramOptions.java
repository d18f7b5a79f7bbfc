package io.parlance.tokenizers.training;

import java.util.List;
import java.util.Objects;

/**
 * What a Unigram vocabulary is trained to be.
 *
 * @param vocabularySize largest number of tokens, special tokens included
 * @param layout special tokens and where they are added
 * @param lowercase whether texts are lower-cased
 * @param characterCoverage share of the texts' characters, from 0 to 1, that the alphabet covers;
 *     the rarest of the rest become unknown
 * @param longestPiece longest token in characters
 * @param byteFallback whether unknown characters are written as their UTF-8 bytes, for which 256
 *     tokens are added
 * @param modelMaxLength longest input of the model in tokens, written to {@code
 *     tokenizer_config.json}
 * @param additionalSpecialTokens special tokens beside those of the layout
 */
public record UnigramOptions(
    int vocabularySize,
    UnigramLayout layout,
    boolean lowercase,
    double characterCoverage,
    int longestPiece,
    boolean byteFallback,
    int modelMaxLength,
    List<String> additionalSpecialTokens) {

  /**
   * 30 000 tokens, T5's layout, case kept, coverage 0.9995 and pieces of up to 16 characters
   * (SentencePiece's defaults), no byte fallback, 512 tokens (T5).
   */
  public static final UnigramOptions DEFAULT =
      new UnigramOptions(30_000, UnigramLayout.T5, false, 0.9995, 16, false, 512, List.of());

  /** Refuses sizes below 1, pieces beyond 64 characters and a coverage that is not a share. */
  public UnigramOptions {
    Checks.positive("vocabulary size", vocabularySize);
    Checks.positive("model maximum length", modelMaxLength);
    Checks.positive("longest piece", longestPiece);
    if (longestPiece > UnigramPieces.LONGEST_UNIT) {
      throw new IllegalArgumentException(
          "longest piece "
              + longestPiece
              + " must be at most "
              + UnigramPieces.LONGEST_UNIT
              + " characters");
    }
    if (!(characterCoverage > 0 && characterCoverage <= 1)) {
      throw new IllegalArgumentException(
          "character coverage "
              + characterCoverage
              + " must be above 0 and at most 1; usual values are 0.9995 and 1");
    }
    Objects.requireNonNull(layout, "the layout is null");
    additionalSpecialTokens = Checks.specialTokens(additionalSpecialTokens);
  }

  /** These options with another vocabulary size. */
  public UnigramOptions withVocabularySize(int size) {
    return new UnigramOptions(
        size,
        layout,
        lowercase,
        characterCoverage,
        longestPiece,
        byteFallback,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with another layout. */
  public UnigramOptions withLayout(UnigramLayout other) {
    return new UnigramOptions(
        vocabularySize,
        other,
        lowercase,
        characterCoverage,
        longestPiece,
        byteFallback,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with or without lower-casing. */
  public UnigramOptions withLowercase(boolean lower) {
    return new UnigramOptions(
        vocabularySize,
        layout,
        lower,
        characterCoverage,
        longestPiece,
        byteFallback,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with another coverage. */
  public UnigramOptions withCharacterCoverage(double coverage) {
    return new UnigramOptions(
        vocabularySize,
        layout,
        lowercase,
        coverage,
        longestPiece,
        byteFallback,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with another longest piece. */
  public UnigramOptions withLongestPiece(int characters) {
    return new UnigramOptions(
        vocabularySize,
        layout,
        lowercase,
        characterCoverage,
        characters,
        byteFallback,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with or without byte fallback. */
  public UnigramOptions withByteFallback(boolean fallback) {
    return new UnigramOptions(
        vocabularySize,
        layout,
        lowercase,
        characterCoverage,
        longestPiece,
        fallback,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options for a model with another longest input. */
  public UnigramOptions withModelMaxLength(int length) {
    return new UnigramOptions(
        vocabularySize,
        layout,
        lowercase,
        characterCoverage,
        longestPiece,
        byteFallback,
        length,
        additionalSpecialTokens);
  }

  /** These options with other additional special tokens. */
  public UnigramOptions withAdditionalSpecialTokens(List<String> tokens) {
    return new UnigramOptions(
        vocabularySize,
        layout,
        lowercase,
        characterCoverage,
        longestPiece,
        byteFallback,
        modelMaxLength,
        tokens);
  }
}
