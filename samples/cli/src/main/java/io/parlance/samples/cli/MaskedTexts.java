package io.parlance.samples.cli;

import io.parlance.models.objective.MaskedLanguageModeling;
import io.parlance.models.objective.TokenMasking;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.training.MaskedLanguageData;
import io.parlance.models.training.TrainingData;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Texts as data for masked language modelling. */
final class MaskedTexts {

  private MaskedTexts() {}

  /** Texts longer than the model takes become several sequences. */
  static TrainingData data(
      List<String> texts, Tokenizer tokenizer, int maximumLength, boolean wholeWords) {
    EncodingOptions windows = EncodingOptions.truncated(maximumLength).withStride(0);
    List<TokenSequence> sequences = new ArrayList<>();
    for (String text : texts) {
      Encoding first = tokenizer.encode(text, windows);
      add(first, sequences);
      first.overflow().forEach(each -> add(each, sequences));
    }
    int mask =
        tokenizer
            .maskTokenId()
            .orElseThrow(
                () ->
                    new RefusedException(
                        "the tokenizer has no mask token, so nothing can be masked"));
    TokenMasking masking =
        TokenMasking.bert(mask, tokenizer.vocabularySize()).wholeWords(wholeWords);
    return new MaskedLanguageData(
        new MaskedLanguageModeling(masking, tokenizer.padTokenId().orElse(0)), sequences);
  }

  private static void add(Encoding encoding, List<TokenSequence> sequences) {
    TokenSequence sequence = TokenSequence.of(encoding);
    if (sequence.hasWords()) {
      sequences.add(sequence);
    }
  }
}
