package io.parlance.samples.cli;

import io.parlance.models.architecture.EncoderConfig;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.training.ClassificationData;
import io.parlance.models.training.LabeledDataset;
import io.parlance.models.training.TrainingData;
import io.parlance.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains a model for a task. */
@Command(
    name = "train",
    defaultValueProvider = Recipe.Defaults.class,
    description = {
      "Trains a classifier and exports it.",
      "Reads JSON Lines {\"text\", \"text_pair\"?, \"label\"}; a label is a class, a list of "
          + "classes, or a number to predict. Writes a model folder."
    })
final class TrainCommand extends TrainingCommand {

  /** What can be trained. */
  enum Task {
    CLASSIFY;

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

  private @Nullable LabeledDataset dataset;

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
    return dataset().examples().stream()
        .flatMap(example -> Stream.of(example.text(), example.textPair()))
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .iterator();
  }

  @Override
  PretrainedModel model(EncoderConfig<?> config) {
    return config.with(s -> s.labels(dataset().labels())).model(Head.SEQUENCE_CLASSIFICATION);
  }

  @Override
  TrainingData trainingData(Tokenizer tokenizer, int maximumLength) {
    return ClassificationData.of(dataset(), tokenizer, maximumLength);
  }

  @Override
  @Nullable TrainingData developmentData(Tokenizer tokenizer, int maximumLength) {
    return development == null
        ? null
        : ClassificationData.of(
            LabeledDataset.read(development, dataset().labels()), tokenizer, maximumLength);
  }
}
