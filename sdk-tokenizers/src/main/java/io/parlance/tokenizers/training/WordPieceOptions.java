package io.parlance.tokenizers.training;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a WordPiece vocabulary is trained to be.
 *
 * @param vocabularySize largest number of tokens, special tokens included
 * @param minimumFrequency pairs that occur less often are not merged
 * @param alphabetLimit largest number of different characters, the rarest are left out; null: all
 * @param lowercase whether texts are lower-cased
 * @param stripAccents whether accents are removed; null: as {@code lowercase}, the convention of
 *     BERT
 * @param separateChineseCharacters whether each Chinese character is a word
 * @param continuingPrefix marks tokens that do not start a word
 * @param modelMaxLength longest input of the model in tokens, written to {@code
 *     tokenizer_config.json}
 * @param additionalSpecialTokens special tokens beside {@code [PAD] [UNK] [CLS] [SEP] [MASK]},
 *     which have the ids 0 to 4
 */
public record WordPieceOptions(
    int vocabularySize,
    int minimumFrequency,
    @Nullable Integer alphabetLimit,
    boolean lowercase,
    @Nullable Boolean stripAccents,
    boolean separateChineseCharacters,
    String continuingPrefix,
    int modelMaxLength,
    List<String> additionalSpecialTokens) {

  /**
   * 30 000 tokens, minimum frequency 2, alphabet of 1000, lower case, 512 tokens: the defaults of
   * {@code BertWordPieceTokenizer.train} in the Hugging Face library and of BERT.
   */
  public static final WordPieceOptions DEFAULT =
      new WordPieceOptions(30_000, 2, 1_000, true, null, true, "##", 512, List.of());

  /** Refuses sizes below 1 and an empty prefix. */
  public WordPieceOptions {
    Checks.positive("vocabulary size", vocabularySize);
    Checks.positive("model maximum length", modelMaxLength);
    Checks.notNegative("minimum frequency", minimumFrequency);
    if (alphabetLimit != null) {
      Checks.positive("alphabet limit", alphabetLimit);
    }
    Objects.requireNonNull(continuingPrefix, "the continuing prefix is null");
    if (continuingPrefix.isEmpty()) {
      throw new IllegalArgumentException("the continuing prefix is empty; the usual one is '##'");
    }
    additionalSpecialTokens = Checks.specialTokens(additionalSpecialTokens);
  }

  /** These options with another vocabulary size. */
  public WordPieceOptions withVocabularySize(int size) {
    return new WordPieceOptions(
        size,
        minimumFrequency,
        alphabetLimit,
        lowercase,
        stripAccents,
        separateChineseCharacters,
        continuingPrefix,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with another minimum frequency. */
  public WordPieceOptions withMinimumFrequency(int frequency) {
    return new WordPieceOptions(
        vocabularySize,
        frequency,
        alphabetLimit,
        lowercase,
        stripAccents,
        separateChineseCharacters,
        continuingPrefix,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with another limit of the alphabet; null for none. */
  public WordPieceOptions withAlphabetLimit(@Nullable Integer limit) {
    return new WordPieceOptions(
        vocabularySize,
        minimumFrequency,
        limit,
        lowercase,
        stripAccents,
        separateChineseCharacters,
        continuingPrefix,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with or without lower-casing. */
  public WordPieceOptions withLowercase(boolean lower) {
    return new WordPieceOptions(
        vocabularySize,
        minimumFrequency,
        alphabetLimit,
        lower,
        stripAccents,
        separateChineseCharacters,
        continuingPrefix,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options with another treatment of accents; null: as {@link #lowercase()}. */
  public WordPieceOptions withStripAccents(@Nullable Boolean strip) {
    return new WordPieceOptions(
        vocabularySize,
        minimumFrequency,
        alphabetLimit,
        lowercase,
        strip,
        separateChineseCharacters,
        continuingPrefix,
        modelMaxLength,
        additionalSpecialTokens);
  }

  /** These options for a model with another longest input. */
  public WordPieceOptions withModelMaxLength(int length) {
    return new WordPieceOptions(
        vocabularySize,
        minimumFrequency,
        alphabetLimit,
        lowercase,
        stripAccents,
        separateChineseCharacters,
        continuingPrefix,
        length,
        additionalSpecialTokens);
  }

  /** These options with other additional special tokens. */
  public WordPieceOptions withAdditionalSpecialTokens(List<String> tokens) {
    return new WordPieceOptions(
        vocabularySize,
        minimumFrequency,
        alphabetLimit,
        lowercase,
        stripAccents,
        separateChineseCharacters,
        continuingPrefix,
        modelMaxLength,
        tokens);
  }
}
