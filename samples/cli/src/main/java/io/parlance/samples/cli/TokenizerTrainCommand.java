package io.parlance.samples.cli;

import io.parlance.tokenizers.training.TokenizerTrainer;
import io.parlance.tokenizers.training.TrainedTokenizer;
import io.parlance.tokenizers.training.WordPieceOptions;
import io.parlance.tokenizers.training.WordPieceTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Learns a vocabulary from texts. */
@Command(
    name = "train",
    description =
        "Learns a vocabulary from texts and writes a tokenizer that the Hugging Face library loads.")
final class TokenizerTrainCommand extends Subcommand {

  /** The algorithms. */
  enum Type {
    WORDPIECE
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
      names = "--min-frequency",
      paramLabel = "N",
      defaultValue = "2",
      description = "Rarer pairs are not merged (default: ${DEFAULT-VALUE}).")
  private int minimumFrequency;

  @Option(
      names = "--lowercase",
      paramLabel = "true|false",
      defaultValue = "true",
      arity = "1",
      description = "Whether texts are lower-cased (WordPiece; default: ${DEFAULT-VALUE}).")
  private boolean lowercase;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      defaultValue = "512",
      description = "Longest input of the model in tokens (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(
      names = "--special-tokens",
      paramLabel = "TOKEN",
      split = ",",
      description = "Special tokens beside the usual ones of the type.")
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
      case WORDPIECE ->
          new WordPieceTrainer(
              WordPieceOptions.DEFAULT
                  .withVocabularySize(vocabularySize)
                  .withMinimumFrequency(minimumFrequency)
                  .withLowercase(lowercase)
                  .withModelMaxLength(maxLength)
                  .withAdditionalSpecialTokens(specialTokens));
    };
  }
}
