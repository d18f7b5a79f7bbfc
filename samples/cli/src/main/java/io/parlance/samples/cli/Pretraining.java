package io.parlance.samples.cli;

import io.parlance.models.architecture.ElectraConfig;
import io.parlance.models.architecture.ElectraPretraining;
import io.parlance.models.architecture.NewModels;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.architecture.SpanBertConfig;
import io.parlance.models.architecture.SpecialTokens;
import io.parlance.models.objective.BlankInfilling;
import io.parlance.models.objective.CausalLanguageModeling;
import io.parlance.models.objective.Denoising;
import io.parlance.models.objective.MaskedLanguageModeling;
import io.parlance.models.objective.MaskedPairs;
import io.parlance.models.objective.PermutationLanguageModeling;
import io.parlance.models.objective.PretrainingObjective;
import io.parlance.models.objective.ReplacedTokenDetection;
import io.parlance.models.objective.SentencePairs;
import io.parlance.models.objective.SpanBoundary;
import io.parlance.models.objective.SpanCorruption;
import io.parlance.models.objective.TokenMasking;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.training.PretrainingData;
import io.parlance.models.training.TrainingData;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a family is pretrained: its objective over texts, and the new model for a vocabulary.
 *
 * @param type the family
 * @param kind the objective
 * @param wholeWords whether words are masked whole
 * @param seed decides about pairs of sentences
 */
record Pretraining(String type, PretrainingKind kind, boolean wholeWords, long seed) {

  /** How much narrower ELECTRA's generator is than its discriminator, as in the small model. */
  private static final int GENERATOR_DIVISOR = 4;

  Pretraining {
    if (wholeWords && kind != PretrainingKind.MLM) {
      throw new RefusedException("--whole-words has no meaning for --objective " + kind);
    }
  }

  /** A new model. */
  PretrainedModel model(ArchitectureFlags flags, Tokenizer tokenizer) {
    if (kind == PretrainingKind.RTD) {
      ElectraConfig discriminator =
          (ElectraConfig) flags.encoder(type, tokenizer.vocabularySize(), padding(tokenizer));
      return ElectraPretraining.of(discriminator.generator(GENERATOR_DIVISOR), discriminator);
    }
    return flags.model(type, kind.head(), vocabulary(type, tokenizer));
  }

  /** The tokens of a new model. */
  static NewModels.Vocabulary vocabulary(String type, Tokenizer tokenizer) {
    OptionalInt end = or(tokenizer.endTokenId(), tokenizer.separatorTokenId());
    SpecialTokens special =
        new SpecialTokens(
            or(tokenizer.beginningTokenId(), tokenizer.classificationTokenId()),
            end.stream().boxed().toList(),
            tokenizer.padTokenId());
    // T5, PEGASUS and Marian begin with padding, BART and its kin with the token that ends texts
    boolean padded = type.matches("u?m?t5.*|pegasus|marian");
    return new NewModels.Vocabulary(
        tokenizer.vocabularySize(),
        special,
        padded ? padding(tokenizer) : end.orElse(padding(tokenizer)));
  }

  private static OptionalInt or(OptionalInt one, OptionalInt other) {
    return one.isPresent() ? one : other;
  }

  private static int padding(Tokenizer tokenizer) {
    return tokenizer.padTokenId().orElse(0);
  }

  /** Texts as data. */
  TrainingData data(
      List<String> texts, Tokenizer tokenizer, PretrainedModel model, int maximumLength) {
    PretrainingTexts cut = new PretrainingTexts(texts, tokenizer, maximumLength);
    int size = tokenizer.vocabularySize();
    int padding = padding(tokenizer);
    return switch (kind) {
      case MLM -> MaskedTexts.data(texts, tokenizer, maximumLength, wholeWords);
      case MLM_NSP -> pairs(cut, tokenizer, SentencePairs.Objective.NEXT_SENTENCE);
      case MLM_SOP -> pairs(cut, tokenizer, SentencePairs.Objective.SENTENCE_ORDER);
      case RTD -> data(ReplacedTokenDetection.of(mask(tokenizer), size, padding), cut.windows());
      case SPAN_BOUNDARY ->
          data(
              SpanBoundary.published(
                  SpanBertConfig.base().maximumTargets(), mask(tokenizer), padding, size),
              cut.windows());
      case PERMUTATION -> data(PermutationLanguageModeling.published(padding, size), cut.windows());
      case CAUSAL, PREFIX -> {
        PretrainingObjective objective =
            new CausalLanguageModeling(
                kind == PretrainingKind.PREFIX,
                NewModels.isRecurrent(type) ? maximumLength : 0,
                padding,
                size);
        yield data(
            objective,
            cut.packed(
                maximumLength,
                or(tokenizer.endTokenId(), tokenizer.separatorTokenId()),
                objective.shortestSequence()));
      }
      case BLANK_INFILLING -> blanks(cut, tokenizer);
      case SPAN_CORRUPTION -> spans(cut, tokenizer, decoderStart(model), maximumLength);
      case DENOISING ->
          data(
              Denoising.bart(
                  sentenceEnds(tokenizer), mask(tokenizer), padding, decoderStart(model), size),
              cut.windows());
    };
  }

  private static TrainingData data(PretrainingObjective objective, List<TokenSequence> sequences) {
    return new PretrainingData(
        objective,
        sequences.stream().filter(each -> each.length() >= objective.shortestSequence()).toList());
  }

  private TrainingData pairs(
      PretrainingTexts cut, Tokenizer tokenizer, SentencePairs.Objective objective) {
    List<SentencePairs.Pair> pairs = cut.pairs(objective, seed);
    MaskedLanguageModeling masking =
        new MaskedLanguageModeling(
            TokenMasking.bert(mask(tokenizer), tokenizer.vocabularySize()), padding(tokenizer));
    return data(new MaskedPairs(masking, objective, pairs), cut.sequences(pairs));
  }

  private static TrainingData blanks(PretrainingTexts cut, Tokenizer tokenizer) {
    BlankInfilling.Tokens tokens =
        new BlankInfilling.Tokens(
            mask(tokenizer),
            token(tokenizer, LearnedTokenizers.GENERATION_MASK),
            token(tokenizer, LearnedTokenizers.START_OF_PIECE),
            token(tokenizer, LearnedTokenizers.END_OF_PIECE),
            padding(tokenizer));
    return data(BlankInfilling.published(tokens, tokenizer.vocabularySize()), cut.openWindows());
  }

  private static int decoderStart(PretrainedModel model) {
    return TranslationTraining.decoderStart(model);
  }

  private static TrainingData spans(
      PretrainingTexts cut, Tokenizer tokenizer, int decoderStart, int maximumLength) {
    List<Integer> sentinels = new ArrayList<>();
    for (int i = 0; i < LearnedTokenizers.SENTINELS; i++) {
      sentinels.add(token(tokenizer, LearnedTokenizers.sentinel(i)));
    }
    SpanCorruption corruption =
        SpanCorruption.t5(
                sentinels,
                tokenizer.endTokenId().orElseThrow(() -> lacks("a token that ends texts")),
                padding(tokenizer),
                tokenizer.vocabularySize())
            .startingWith(decoderStart);
    return data(
        corruption,
        cut.packed(
            corruption.longestText(maximumLength),
            OptionalInt.empty(),
            corruption.shortestSequence()));
  }

  /** The tokens that end sentences, in the spellings of different tokenizers. */
  private static Set<Integer> sentenceEnds(Tokenizer tokenizer) {
    return Stream.of(".", "!", "?")
        .flatMap(end -> Stream.of(end, "\u2581" + end, "\u0120" + end))
        .map(tokenizer::tokenToId)
        .flatMap(id -> id.stream().boxed())
        .collect(Collectors.toSet());
  }

  private static int mask(Tokenizer tokenizer) {
    OptionalInt mask = or(tokenizer.maskTokenId(), tokenizer.tokenToId(LearnedTokenizers.MASK));
    return mask.orElseThrow(() -> lacks("a mask token"));
  }

  private static int token(Tokenizer tokenizer, String token) {
    return tokenizer.tokenToId(token).orElseThrow(() -> lacks("the token " + token));
  }

  private static RefusedException lacks(String what) {
    return new RefusedException(
        "the tokenizer lacks "
            + what
            + ", which the objective needs; take another, or leave --tokenizer out to have one "
            + "learned");
  }
}
