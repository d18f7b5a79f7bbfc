package io.parlance.samples.cli;

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
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Learns a vocabulary from texts. */
@Command(
    name = "train",
    description = {
      "Learns a vocabulary from texts.",
      "Writes a tokenizer that the Hugging Face library loads."
    })
final class TokenizerTrainCommand extends Subcommand {

  /** The algorithms. */
  enum Type {
    WORDPIECE,
    BPE,
    UNIGRAM;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--type",
      required = true,
      paramLabel = "TYPE",
      description = "One of ${COMPLETION-CANDIDATES}.")
  private Type type;

  @Option(
      names = "--vocab-size",
      paramLabel = "N",
      defaultValue = "30000",
      description = "Largest number of tokens, special ones included (default: ${DEFAULT-VALUE}).")
  private int vocabularySize;

  @Option(
      names = "--layout",
      paramLabel = "FAMILY",
      description =
          "Whose special tokens: gpt2 (default) or roberta for bpe; t5 (default), xlm_roberta or "
              + "marian for unigram.")
  private @Nullable String layout;

  @Option(
      names = "--min-frequency",
      paramLabel = "N",
      defaultValue = "2",
      description = "Rarer pairs are not merged; not for unigram (default: ${DEFAULT-VALUE}).")
  private int minimumFrequency;

  @Option(
      names = "--lowercase",
      paramLabel = "true|false",
      arity = "1",
      description = "Whether texts are lower-cased (default: true for wordpiece).")
  private @Nullable Boolean lowercase;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Longest input of the model in tokens (default: 512, for bpe 1024).")
  private @Nullable Integer maxLength;

  @Option(
      names = "--special-tokens",
      paramLabel = "TOKEN",
      split = ",",
      description = "Special tokens beside the usual ones.")
  private List<String> specialTokens = List.of();

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      arity = "1..*",
      description = "Text files, one text a line, or JSON Lines; plain or gzip.")
  private List<Path> inputs;

  @Option(
      names = "--field",
      paramLabel = "NAME",
      defaultValue = "text",
      description = "What holds the text in JSON Lines (default: ${DEFAULT-VALUE}).")
  private String field;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "Where tokenizer.json and its companions go.")
  private Path output;

  @Override
  public Integer call() throws IOException {
    TokenizerTrainer trainer = trainer();
    TrainedTokenizer trained;
    try (TextFiles texts = new TextFiles(inputs, field)) {
      trained = trainer.train(texts);
    }
    trained.save(output);
    streams()
        .messages()
        .println("wrote a vocabulary of " + trained.vocabularySize() + " tokens to " + output);
    return ExitStatus.SUCCESS;
  }

  private TokenizerTrainer trainer() {
    return switch (type) {
      case WORDPIECE -> new WordPieceTrainer(wordPiece(WordPieceOptions.DEFAULT));
      case BPE -> new BytePairTrainer(bytePairs(BytePairOptions.DEFAULT));
      case UNIGRAM -> new UnigramTrainer(unigram(UnigramOptions.DEFAULT));
    };
  }

  private WordPieceOptions wordPiece(WordPieceOptions usual) {
    if (layout != null) {
      throw new InvalidOptionException("option '--layout' is not for wordpiece, which is BERT's");
    }
    return usual
        .withVocabularySize(vocabularySize)
        .withMinimumFrequency(minimumFrequency)
        .withLowercase(lowercase == null ? usual.lowercase() : lowercase)
        .withModelMaxLength(maxLength == null ? usual.modelMaxLength() : maxLength)
        .withAdditionalSpecialTokens(specialTokens);
  }

  private BytePairOptions bytePairs(BytePairOptions usual) {
    return usual
        .withVocabularySize(vocabularySize)
        .withMinimumFrequency(minimumFrequency)
        .withLayout(layout(BytePairLayout.values(), usual.layout()))
        .withLowercase(lowercase == null ? usual.lowercase() : lowercase)
        .withModelMaxLength(maxLength == null ? usual.modelMaxLength() : maxLength)
        .withAdditionalSpecialTokens(specialTokens);
  }

  private UnigramOptions unigram(UnigramOptions usual) {
    return usual
        .withVocabularySize(vocabularySize)
        .withLayout(layout(UnigramLayout.values(), usual.layout()))
        .withLowercase(lowercase == null ? usual.lowercase() : lowercase)
        .withModelMaxLength(maxLength == null ? usual.modelMaxLength() : maxLength)
        .withAdditionalSpecialTokens(specialTokens);
  }

  private <L extends Enum<L>> L layout(L[] known, L usual) {
    if (layout == null) {
      return usual;
    }
    return Arrays.stream(known)
        .filter(each -> each.name().equalsIgnoreCase(layout.replace('-', '_')))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidOptionException(
                    "option '--layout' must be one of "
                        + Arrays.toString(known).toLowerCase(Locale.ROOT)
                        + " for "
                        + type
                        + ", found '"
                        + layout
                        + "'"));
  }
}
