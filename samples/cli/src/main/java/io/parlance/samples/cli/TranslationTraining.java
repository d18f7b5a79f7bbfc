package io.parlance.samples.cli;

import com.google.gson.JsonElement;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.training.AdamW;
import io.parlance.models.training.TrainingData;
import io.parlance.models.training.TranslationData;
import io.parlance.models.training.TranslationDataset;
import io.parlance.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What {@code --task translate} trains on, and how. */
final class TranslationTraining {

  /** As the transformer was trained (Vaswani et al. 2017, arXiv:1706.03762, section 5.3). */
  static final AdamW OPTIMIZER = new AdamW(0.9, 0.98, 1e-9, 1);

  private final TranslationFlags flags;
  private final TranslationDataset train;
  private final @Nullable TranslationDataset development;

  TranslationTraining(TranslationFlags flags, Path train, @Nullable Path development) {
    this.flags = flags;
    this.train = read(train);
    this.development = development == null ? null : read(development);
  }

  private TranslationDataset read(Path file) {
    TranslationDataset dataset = TranslationDataset.read(file);
    if (flags.targetLanguage() != null && !dataset.targetLanguages().isEmpty()) {
      throw new RefusedException(
          "the lines of "
              + file
              + " name their target languages "
              + dataset.targetLanguages()
              + "; leave --target-lang out");
    }
    return dataset;
  }

  Iterator<String> texts() {
    return train.examples().stream()
        .flatMap(example -> Stream.of(example.source(), example.target()))
        .iterator();
  }

  ChosenTokenizer learnTokenizer(int vocabularySize, int maximumLength) {
    return ChosenTokenizer.learnForTranslation(
        texts(), vocabularySize, maximumLength, train.targetLanguages(), flags.settings());
  }

  /** Refuses a tokenizer whose tokens are not in the order that Marian's configuration implies. */
  PretrainedModel freshModel(ArchitectureFlags architecture, ChosenTokenizer chosen) {
    Tokenizer tokenizer = chosen.tokenizer();
    int last = tokenizer.vocabularySize() - 1;
    if (tokenizer.endTokenId().orElse(-1) != 0 || tokenizer.padTokenId().orElse(-1) != last) {
      throw new RefusedException(
          "a new translator needs a tokenizer whose end token has id 0 and whose padding is the "
              + "last token; train one by 'tokenizer train --type unigram --layout marian', or "
              + "leave --tokenizer out");
    }
    return architecture
        .freshTranslator(tokenizer.vocabularySize())
        .model(Head.CONDITIONAL_GENERATION);
  }

  TrainableModel trainedModel(ArchitectureFlags architecture, Path folder) {
    architecture.requireFolderDecides();
    return TrainableModel.load(folder);
  }

  TrainingData trainingData(Tokenizer tokenizer, PretrainedModel model, int maximumLength) {
    return TranslationData.of(train, tokenizer, maximumLength, decoderStart(model))
        .withLabelSmoothing(flags.labelSmoothing());
  }

  @Nullable TrainingData developmentData(
      Tokenizer tokenizer, PretrainedModel model, int maximumLength) {
    if (development == null) {
      return null;
    }
    TranslationData data =
        TranslationData.of(development, tokenizer, maximumLength, decoderStart(model));
    return flags.developmentSentences() == 0
        ? data
        : data.translating(development, tokenizer, flags.developmentSentences());
  }

  static int decoderStart(PretrainedModel model) {
    JsonElement start = model.configuration().get("decoder_start_token_id");
    if (start == null || start.isJsonNull()) {
      throw new RefusedException(
          model.architecture()
              + " does not tell what its decoder begins with; trained are encoder-decoders "
              + "with decoder_start_token_id in config.json");
    }
    return start.getAsInt();
  }
}
