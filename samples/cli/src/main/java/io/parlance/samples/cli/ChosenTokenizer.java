package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.models.export.ModelExporter;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.training.TrainedTokenizer;
import io.parlance.tokenizers.training.UnigramLayout;
import io.parlance.tokenizers.training.UnigramOptions;
import io.parlance.tokenizers.training.UnigramTrainer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private static final String CONFIG = "tokenizer_config.json";

  /** The tokenizer in a folder. */
  static ChosenTokenizer in(Path folder) {
    return new ChosenTokenizer(Tokenizer.load(folder), exporter -> exporter.tokenizer(folder));
  }

  /**
   * A Unigram vocabulary learned from the texts of both sides of translations, as Marian has it.
   *
   * @param languages those of the targets; empty where there is only one
   * @param settings more keys of {@code tokenizer_config.json}
   */
  static ChosenTokenizer learnForTranslation(
      Iterator<String> texts,
      int vocabularySize,
      int maximumLength,
      List<String> languages,
      Map<String, String> settings) {
    TrainedTokenizer trained =
        new UnigramTrainer(
                UnigramOptions.DEFAULT
                    .withLayout(UnigramLayout.MARIAN)
                    .withVocabularySize(vocabularySize)
                    .withModelMaxLength(maximumLength)
                    .withAdditionalSpecialTokens(
                        languages.stream().map(each -> ">>" + each + "<<").toList()))
            .train(texts);
    Map<String, String> files = new LinkedHashMap<>(trained.files());
    JsonObject config = JsonParser.parseString(files.getOrDefault(CONFIG, "{}")).getAsJsonObject();
    settings.forEach(config::addProperty);
    files.put(CONFIG, config.toString());
    return new ChosenTokenizer(trained.open(), exporter -> exporter.tokenizer(files));
  }

  int padTokenId() {
    return tokenizer.padTokenId().orElse(0);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
