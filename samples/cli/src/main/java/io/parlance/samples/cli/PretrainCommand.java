package io.parlance.samples.cli;

import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.architecture.ElectraPretraining;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.NewModels;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.training.TrainingData;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Pretrains a model of any family on plain texts. */
@Command(
    name = "pretrain",
    defaultValueProvider = Recipe.Defaults.class,
    description = {
      "Pretrains a model of any family on plain texts.",
      "The objective is what the family was published with: masked language modelling for most "
          + "encoders, with sentence order for albert; replaced tokens for electra, which also "
          + "gives a generator in OUTPUT-generator; span boundaries for spanbert, permutations for "
          + "xlnet, the next token for decoders and recurrent models, blanks for "
          + "glm_blank_infilling, span corruption for t5, denoising for bart. The exported folder "
          + "is where 'train --init' goes on."
    })
final class PretrainCommand extends TrainingCommand {

  @Option(
      names = "--train",
      required = true,
      paramLabel = "FILE",
      arity = "1..*",
      description = "Text files, one text a line, or JSON Lines; plain or gzip.")
  private List<Path> train;

  @Option(
      names = "--dev",
      paramLabel = "FILE",
      arity = "1..*",
      description = "What the loss is measured on after each epoch; the best parameters are kept.")
  private List<Path> development = List.of();

  @Option(
      names = "--field",
      paramLabel = "NAME",
      defaultValue = "text",
      description = "What holds the text in JSON Lines (default: ${DEFAULT-VALUE}).")
  private String field;

  @Option(
      names = "--objective",
      paramLabel = "NAME",
      description = {
        "One of ${COMPLETION-CANDIDATES}; the family's own if not given.",
        "mlm_nsp and mlm_sop want documents: a blank line ends one whose lines are sentences; "
            + "without blank lines each text is one."
      })
  private @Nullable PretrainingKind objective;

  @Option(
      names = "--whole-words",
      description = "For mlm: mask whole words instead of pieces of words.")
  private boolean wholeWords;

  private @Nullable Pretraining pretraining;

  @Override
  Iterator<String> texts() {
    return texts(train).iterator();
  }

  private List<String> texts(List<Path> files) {
    List<String> texts = new ArrayList<>();
    try (TextFiles each = new TextFiles(files, field)) {
      each.forEachRemaining(texts::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }

  /** What is done with a family. */
  private Pretraining pretraining(String type) {
    if (pretraining == null) {
      PretrainingKind kind = objective == null ? PretrainingKind.usual(type) : objective;
      pretraining =
          new Pretraining(kind.require(type, "--objective " + kind), kind, wholeWords, seed());
    }
    return pretraining;
  }

  private Pretraining pretraining() {
    if (pretraining == null) {
      throw new IllegalStateException("there is no model yet");
    }
    return pretraining;
  }

  @Override
  ChosenTokenizer learnTokenizer(ArchitectureFlags flags, int size) {
    Pretraining task = pretraining(flags.family());
    return LearnedTokenizers.learn(task.type(), task.kind(), texts(), size, flags.maximumLength());
  }

  @Override
  PretrainedModel freshModel(ArchitectureFlags flags, ChosenTokenizer tokenizer) {
    return pretraining(flags.family()).model(flags, tokenizer.tokenizer());
  }

  @Override
  TrainableModel trainedModel(ArchitectureFlags flags, Path folder, long seed) {
    ModelConfig config = ModelFolder.open(ModelSource.of(folder)).config();
    Pretraining task = pretraining(NewModels.typeOf(config));
    if (task.kind() == PretrainingKind.RTD) {
      throw new RefusedException(
          "--objective rtd needs a generator, which --init does not bring; leave --init out, or "
              + "take --objective mlm");
    }
    if (NewModels.isEncoder(task.type())) {
      return TrainableModel.fineTune(flags.of(folder).model(task.kind().head()), folder, seed);
    }
    flags.requireFolderDecides();
    return TrainableModel.load(folder);
  }

  /** What is fine-tuned or used afterwards, without what only the objective needs. */
  @Override
  List<Finished> finished(TrainableModel model, Path output) {
    Map<String, Tensor> parameters = model.parameters();
    if (model.model() instanceof ElectraPretraining both) {
      return List.of(
          new Finished(
              output.resolveSibling(output.getFileName() + "-generator"),
              both.generatorModel(),
              ElectraPretraining.generatorWeights(parameters)),
          new Finished(
              output,
              both.discriminatorModel(),
              ElectraPretraining.discriminatorWeights(parameters)));
    }
    return switch (pretraining().kind()) {
      case MLM_NSP, MLM_SOP, SPAN_BOUNDARY ->
          List.of(
              new Finished(
                  output,
                  Architectures.encoder(ModelConfig.of("the model", model.model().configuration()))
                      .model(Head.MASKED_LM),
                  parameters));
      default -> super.finished(model, output);
    };
  }

  @Override
  TrainingData trainingData(Tokenizer tokenizer, PretrainedModel model, int maximumLength) {
    return pretraining().data(texts(train), tokenizer, model, maximumLength);
  }

  @Override
  @Nullable TrainingData developmentData(
      Tokenizer tokenizer, PretrainedModel model, int maximumLength) {
    return development.isEmpty()
        ? null
        : pretraining().data(texts(development), tokenizer, model, maximumLength);
  }
}
