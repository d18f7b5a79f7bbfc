package io.parlance.samples.cli;

import io.parlance.models.export.ModelExporter;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.training.TrainedTokenizer;
import io.parlance.tokenizers.training.WordPieceOptions;
import io.parlance.tokenizers.training.WordPieceTrainer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.UnaryOperator;

/**
 * The tokenizer of a model in training, and how it gets into the model's folder. Closed by its
 * user.
 *
 * @param tokenizer ready to use
 * @param export adds its files
 */
record ChosenTokenizer(Tokenizer tokenizer, UnaryOperator<ModelExporter> export)
    implements AutoCloseable {

  /** The tokenizer in a folder. */
  static ChosenTokenizer in(Path folder) {
    return new ChosenTokenizer(Tokenizer.load(folder), exporter -> exporter.tokenizer(folder));
  }

  /** A WordPiece vocabulary learned from texts, as BERT has. */
  static ChosenTokenizer learn(Iterator<String> texts, int vocabularySize, int maximumLength) {
    TrainedTokenizer trained =
        new WordPieceTrainer(
                WordPieceOptions.DEFAULT
                    .withVocabularySize(vocabularySize)
                    .withModelMaxLength(maximumLength))
            .train(texts);
    return new ChosenTokenizer(trained.open(), exporter -> exporter.tokenizer(trained.files()));
  }

  int padTokenId() {
    return tokenizer.padTokenId().orElse(0);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
