package io.parlance.samples.cli;

import io.parlance.models.objective.MaskedLanguageModeling;
import io.parlance.models.objective.TokenMasking;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.training.PretrainingData;
import io.parlance.models.training.TrainingData;
import io.parlance.tokenizers.Tokenizer;
import java.util.List;

/** Texts as data for masked language modelling. */
final class MaskedTexts {

  private MaskedTexts() {}

  /** Texts longer than the model takes become several sequences. */
  static TrainingData data(
      List<String> texts, Tokenizer tokenizer, int maximumLength, boolean wholeWords) {
    List<TokenSequence> sequences = new PretrainingTexts(texts, tokenizer, maximumLength).windows();
    int mask =
        tokenizer
            .maskTokenId()
            .orElseThrow(
                () ->
                    new RefusedException(
                        "the tokenizer has no mask token, so nothing can be masked"));
    TokenMasking masking =
        TokenMasking.bert(mask, tokenizer.vocabularySize()).wholeWords(wholeWords);
    return new PretrainingData(
        new MaskedLanguageModeling(masking, tokenizer.padTokenId().orElse(0)), sequences);
  }
}
