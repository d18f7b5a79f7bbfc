package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.NewModels;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.ngram.NgramLanguageModel;
import io.parlance.models.ngram.NgramTrainer;
import io.parlance.models.training.AdamW;
import io.parlance.models.training.ClassificationData;
import io.parlance.models.training.LabeledDataset;
import io.parlance.models.training.LearningRateSchedule;
import io.parlance.models.training.TrainingData;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** Trains a model for a task. */
@Command(
    name = "train",
    defaultValueProvider = Recipe.Defaults.class,
    description = {
      "Trains a model for a task and writes its folder.",
      "classify reads JSON Lines {\"text\", \"text_pair\"?, \"label\"}; a label is a class, a list"
          + " of classes, or a number to predict. translate reads {\"source\", \"target\","
          + " \"target_lang\"?}, and learns to write any texts from others. ngram counts texts, one"
          + " a line or JSON Lines {\"text\"}, for a language model."
    })
final class TrainCommand extends TrainingCommand {

  private static final Set<String> ONLY_FOR_TRANSLATION =
      Set.of(
          "--label-smoothing",
          "--dev-sentences",
          "--decoder-layers",
          "--source-lang",
          "--target-lang");

  private static final Set<String> NOT_FOR_TRANSLATION =
      Set.of(
          "--problem",
          "--pretrain-epochs",
          "--order",
          "--smoothing",
          "--pseudo-count",
          "--weights");

  /** What can be trained. */
  enum Task {
    CLASSIFY,
    TRANSLATE,
    NGRAM;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--task",
      paramLabel = "TASK",
      defaultValue = "classify",
      description = "One of ${COMPLETION-CANDIDATES}.")
  private Task task;

  @Option(
      names = "--train",
      required = true,
      paramLabel = "FILE",
      description = "What is learned, plain or gzip.")
  private Path train;

  @Option(
      names = "--dev",
      paramLabel = "FILE",
      description = "What is measured on after each epoch; the best parameters are kept.")
  private @Nullable Path development;

  @Option(
      names = "--problem",
      paramLabel = "KIND",
      description = "One of ${COMPLETION-CANDIDATES}; follows from the labels if not given.")
  private Labels.@Nullable ProblemType problem;

  @Option(
      names = "--pretrain-epochs",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Masked language modelling on the training texts before, this many passes (default: "
              + "${DEFAULT-VALUE}); helps where labels are few.")
  private int pretrainingEpochs;

  @Mixin private NgramFlags ngram;

  @Mixin private TranslationFlags translation;

  private @Nullable LabeledDataset dataset;
  private @Nullable TranslationTraining translations;

  @Override
  public Integer call() throws IOException {
    if (task == Task.NGRAM) {
      requireOnly(
          "--task --train --dev --output --tokenizer --recipe --verbose --order --smoothing "
              + "--pseudo-count --weights");
      return countNgrams();
    }
    refuse(task == Task.TRANSLATE ? NOT_FOR_TRANSLATION : ONLY_FOR_TRANSLATION);
    return super.call();
  }

  private void refuse(Set<String> options) {
    for (OptionSpec option : spec().commandLine().getParseResult().matchedOptions()) {
      if (options.contains(option.longestName())) {
        throw new RefusedException(
            option.longestName() + " has no meaning for --task " + task + "; leave it out");
      }
    }
  }

  /** The parts of a run that are other for translations; null for other tasks. */
  private @Nullable TranslationTraining translations() {
    if (task == Task.TRANSLATE && translations == null) {
      translations = new TranslationTraining(translation, train, development);
    }
    return translations;
  }

  /** Refuses options that the task would pass over. */
  private void requireOnly(String known) {
    List<String> names = List.of(known.split(" "));
    for (OptionSpec option : spec().commandLine().getParseResult().matchedOptions()) {
      if (!names.contains(option.longestName())) {
        throw new RefusedException(
            option.longestName() + " has no meaning for --task " + task + "; leave it out");
      }
    }
  }

  private int countNgrams() throws IOException {
    NgramTrainer trainer = new NgramTrainer(ngram.order(), ngram.smoothing());
    try (NgramCorpus corpus = NgramCorpus.of(tokenizerFolder())) {
      long texts = corpus.count(train, trainer);
      NgramLanguageModel model = trainer.train();
      model.save(output());
      corpus.save(tokenizerFolder(), output());
      JsonObject report = new JsonObject();
      report.addProperty("output", output().toString());
      report.addProperty("texts", texts);
      JsonArray ngrams = new JsonArray();
      for (int length = 1; length <= model.order(); length++) {
        ngrams.add(model.size(length));
      }
      report.add("ngrams", ngrams);
      if (development != null) {
        corpus
            .score(development, model)
            .entrySet()
            .forEach(entry -> report.add(entry.getKey(), entry.getValue()));
      }
      write(report);
    }
    return ExitStatus.SUCCESS;
  }

  private LabeledDataset dataset() {
    if (dataset == null) {
      dataset = problem == null ? LabeledDataset.read(train) : LabeledDataset.read(train, problem);
    }
    return dataset;
  }

  @Override
  int pretrainingEpochs() {
    return pretrainingEpochs;
  }

  @Override
  Iterator<String> texts() {
    TranslationTraining pairs = translations();
    return pairs != null ? pairs.texts() : labelledTexts();
  }

  private Iterator<String> labelledTexts() {
    return dataset().examples().stream()
        .flatMap(example -> Stream.of(example.text(), example.textPair()))
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .iterator();
  }

  @Override
  ChosenTokenizer learnTokenizer(ArchitectureFlags flags, int size) {
    TranslationTraining pairs = translations();
    return pairs != null
        ? pairs.learnTokenizer(size, flags.maximumLength())
        : LearnedTokenizers.learnToClassify(
            classifier(flags), texts(), size, flags.maximumLength());
  }

  /** The family of a new classifier. */
  private static String classifier(ArchitectureFlags flags) {
    List<String> known = NewModels.types(Head.SEQUENCE_CLASSIFICATION);
    if (!known.contains(flags.family())) {
      throw new RefusedException(
          "--architecture is '" + flags.family() + "', expected one of " + known);
    }
    return flags.family();
  }

  @Override
  PretrainedModel freshModel(ArchitectureFlags flags, ChosenTokenizer chosen) {
    TranslationTraining pairs = translations();
    if (pairs != null) {
      return pairs.freshModel(flags, chosen);
    }
    String type = classifier(flags);
    return flags.model(
        type,
        Head.SEQUENCE_CLASSIFICATION,
        Pretraining.vocabulary(type, chosen.tokenizer()),
        dataset().labels());
  }

  @Override
  TrainableModel trainedModel(ArchitectureFlags flags, Path folder, long seed) {
    TranslationTraining pairs = translations();
    if (pairs != null) {
      return pairs.trainedModel(flags, folder);
    }
    ModelConfig config = ModelFolder.open(ModelSource.of(folder)).config();
    if (NewModels.isEncoder(NewModels.typeOf(config))) {
      return TrainableModel.fineTune(
          flags
              .of(folder)
              .with(s -> s.labels(dataset().labels()))
              .model(Head.SEQUENCE_CLASSIFICATION),
          folder,
          seed);
    }
    return TrainableModel.fineTune(flags.classifier(config, dataset().labels()), folder, seed);
  }

  @Override
  LearningRateSchedule usualSchedule() {
    return task == Task.TRANSLATE
        ? LearningRateSchedule.INVERSE_SQUARE_ROOT
        : super.usualSchedule();
  }

  @Override
  AdamW usualOptimizer() {
    return task == Task.TRANSLATE ? TranslationTraining.OPTIMIZER : super.usualOptimizer();
  }

  @Override
  TrainingData trainingData(Tokenizer tokenizer, PretrainedModel model, int maximumLength) {
    TranslationTraining pairs = translations();
    return pairs != null
        ? pairs.trainingData(tokenizer, model, maximumLength)
        : ClassificationData.of(dataset(), tokenizer, maximumLength);
  }

  @Override
  @Nullable TrainingData developmentData(
      Tokenizer tokenizer, PretrainedModel model, int maximumLength) {
    TranslationTraining pairs = translations();
    if (pairs != null) {
      return pairs.developmentData(tokenizer, model, maximumLength);
    }
    return development == null
        ? null
        : ClassificationData.of(
            LabeledDataset.read(development, dataset().labels()), tokenizer, maximumLength);
  }
}
