package io.parlance.samples.benchmarks;

import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.BertConfig;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.architecture.T5Config;
import io.parlance.models.export.DecoderLayout;
import io.parlance.models.export.ModelExporter;
import io.parlance.tokenizers.training.TrainedTokenizer;
import io.parlance.tokenizers.training.UnigramOptions;
import io.parlance.tokenizers.training.UnigramTrainer;
import io.parlance.tokenizers.training.WordPieceOptions;
import io.parlance.tokenizers.training.WordPieceTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** The folder of a model with random weights: as fast as a trained one of its size. */
final class RandomModel implements AutoCloseable {
  private static final int HEAD_WIDTH = 64;
  private static final int LONGEST = 512;
  private static final int VOCABULARY = 8_000;

  private final Path folder = Files.createTempDirectory("parlance-benchmark");

  /**
   * Writes the folder of a BERT model.
   *
   * @param shape layers and width, for example 6x384
   * @param documents what the tokenizer learns from
   */
  RandomModel(String shape, Head head, Documents documents) throws IOException {
    TrainedTokenizer tokenizer =
        new WordPieceTrainer(WordPieceOptions.DEFAULT.withVocabularySize(VOCABULARY))
            .train(documents.lines().iterator());
    String[] sizes = shape.split("x");
    int width = Integer.parseInt(sizes[1]);
    PretrainedModel model =
        BertConfig.base()
            .with(
                s ->
                    s.sizes(Integer.parseInt(sizes[0]), width, width / HEAD_WIDTH, 4L * width)
                        .vocabulary(tokenizer.vocabularySize(), 0)
                        .maxPositionEmbeddings(LONGEST))
            .model(head);
    write(model, tokenizer, exporter -> exporter);
  }

  private RandomModel(PretrainedModel model, TrainedTokenizer tokenizer, DecoderLayout layout)
      throws IOException {
    write(model, tokenizer, exporter -> exporter.layout(layout));
  }

  /**
   * Writes the folder of T5 small: 6 + 6 layers, 512 wide, 32,128 tokens.
   *
   * @param documents what the tokenizer learns from
   * @param layout of the decoder; the weights are the same in all
   */
  static RandomModel t5Small(Documents documents, DecoderLayout layout) throws IOException {
    TrainedTokenizer tokenizer =
        new UnigramTrainer(UnigramOptions.DEFAULT.withVocabularySize(VOCABULARY))
            .train(documents.lines().iterator());
    return new RandomModel(T5Config.small().model(Head.CONDITIONAL_GENERATION), tokenizer, layout);
  }

  private void write(
      PretrainedModel model, TrainedTokenizer tokenizer, UnaryOperator<ModelExporter> layout) {
    try (TrainableModel weights = TrainableModel.initialize(model, 1)) {
      layout
          .apply(ModelExporter.of(model, weights.parameters()).tokenizer(tokenizer.files()))
          .write(folder);
    }
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    delete(folder);
  }

  /** Deletes a folder of files. */
  static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
