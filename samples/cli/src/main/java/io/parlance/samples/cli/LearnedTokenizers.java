package io.parlance.samples.cli;

import io.parlance.models.architecture.NewModels;
import io.parlance.tokenizers.training.BytePairLayout;
import io.parlance.tokenizers.training.BytePairOptions;
import io.parlance.tokenizers.training.BytePairTrainer;
import io.parlance.tokenizers.training.TokenizerTrainer;
import io.parlance.tokenizers.training.TrainedTokenizer;
import io.parlance.tokenizers.training.UnigramLayout;
import io.parlance.tokenizers.training.UnigramOptions;
import io.parlance.tokenizers.training.UnigramTrainer;
import io.parlance.tokenizers.training.WordPieceOptions;
import io.parlance.tokenizers.training.WordPieceTrainer;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** The kind of vocabulary that is learned for a family, with the special tokens it needs. */
final class LearnedTokenizers {

  /** T5's number of sentinels. */
  static final int SENTINELS = 100;

  static final String MASK = "<mask>";
  static final String GENERATION_MASK = "[gMASK]";
  static final String START_OF_PIECE = "<|startofpiece|>";
  static final String END_OF_PIECE = "<|endofpiece|>";

  private LearnedTokenizers() {}

  /** The sentinel of a span, counted from 0. */
  static String sentinel(int number) {
    return "<extra_id_" + number + ">";
  }

  /** A vocabulary learned from texts to pretrain a family. */
  static ChosenTokenizer learn(
      String type, PretrainingKind kind, Iterator<String> texts, int size, int maximumLength) {
    TrainedTokenizer trained = trainer(type, kind, size, maximumLength).train(texts);
    return new ChosenTokenizer(trained.open(), exporter -> exporter.tokenizer(trained.files()));
  }

  /** The same to classify texts: decoders read the class off the token that ends a text. */
  static ChosenTokenizer learnToClassify(
      String type, Iterator<String> texts, int size, int maximumLength) {
    TrainedTokenizer trained =
        (NewModels.isEncoder(type)
                ? encoder(type, size, maximumLength)
                : bytePairs(BytePairLayout.ROBERTA, size, maximumLength))
            .train(texts);
    return new ChosenTokenizer(trained.open(), exporter -> exporter.tokenizer(trained.files()));
  }

  private static TokenizerTrainer trainer(
      String type, PretrainingKind kind, int size, int maximumLength) {
    return switch (kind) {
      case CAUSAL, PREFIX -> bytePairs(BytePairLayout.GPT2, size, maximumLength);
      case BLANK_INFILLING ->
          wordPieces(size, maximumLength, GENERATION_MASK, START_OF_PIECE, END_OF_PIECE);
      case SPAN_CORRUPTION, DENOISING -> textToText(type, kind, size, maximumLength);
      default -> encoder(type, size, maximumLength);
    };
  }

  /** MPNet's padding is token 1, as in RoBERTa's layout; the others take BERT's. */
  private static TokenizerTrainer encoder(String type, int size, int maximumLength) {
    return type.equals("mpnet")
        ? bytePairs(BytePairLayout.ROBERTA, size, maximumLength)
        : wordPieces(size, maximumLength);
  }

  private static TokenizerTrainer textToText(
      String type, PretrainingKind kind, int size, int maximumLength) {
    List<String> special =
        kind == PretrainingKind.DENOISING
            ? List.of(MASK)
            : IntStream.range(0, SENTINELS).mapToObj(LearnedTokenizers::sentinel).toList();
    if (type.equals("bart")) {
      return new BytePairTrainer(
          BytePairOptions.DEFAULT
              .withLayout(BytePairLayout.ROBERTA)
              .withVocabularySize(size)
              .withModelMaxLength(maximumLength)
              .withAdditionalSpecialTokens(
                  kind == PretrainingKind.DENOISING ? List.of() : special));
    }
    UnigramLayout layout =
        switch (type) {
          case "marian" -> UnigramLayout.MARIAN;
          case "mbart", "m2m_100" -> UnigramLayout.XLM_ROBERTA;
          default -> UnigramLayout.T5;
        };
    boolean masks = layout == UnigramLayout.XLM_ROBERTA && kind == PretrainingKind.DENOISING;
    return new UnigramTrainer(
        UnigramOptions.DEFAULT
            .withLayout(layout)
            .withVocabularySize(size)
            .withModelMaxLength(maximumLength)
            .withAdditionalSpecialTokens(masks ? List.of() : special));
  }

  private static TokenizerTrainer bytePairs(BytePairLayout layout, int size, int maximumLength) {
    return new BytePairTrainer(
        BytePairOptions.DEFAULT
            .withLayout(layout)
            .withVocabularySize(size)
            .withModelMaxLength(maximumLength));
  }

  private static TokenizerTrainer wordPieces(int size, int maximumLength, String... special) {
    return new WordPieceTrainer(
        WordPieceOptions.DEFAULT
            .withVocabularySize(size)
            .withModelMaxLength(maximumLength)
            .withAdditionalSpecialTokens(List.of(special)));
  }
}
