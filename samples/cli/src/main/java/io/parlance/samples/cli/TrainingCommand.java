package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.EncoderConfig;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.export.ModelExporter;
import io.parlance.models.export.Precision;
import io.parlance.models.training.AdamW;
import io.parlance.models.training.Evaluation;
import io.parlance.models.training.LearningRateSchedule;
import io.parlance.models.training.Trainer;
import io.parlance.models.training.TrainingData;
import io.parlance.models.training.TrainingOptions;
import io.parlance.models.training.TrainingResult;
import io.parlance.models.weights.SafetensorsWriter;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A command that trains: it chooses tokenizer and model, runs the trainer under a display, and
 * exports the result. What is learned is the subclass's.
 */
abstract class TrainingCommand extends Subcommand {

  private static final double RATE_OF_NEW_WEIGHTS = 5e-4;
  private static final double RATE_OF_TRAINED_WEIGHTS = 5e-5;

  @Mixin private ArchitectureFlags architecture;

  @Mixin private TrainingFlags training;

  @Mixin private ExecutionOptions execution;

  @Option(
      names = "--tokenizer",
      paramLabel = "FOLDER",
      description = "Use this tokenizer; a vocabulary is learned from the texts if not given.")
  private @Nullable Path tokenizerFolder;

  @Option(
      names = "--vocab-size",
      paramLabel = "N",
      defaultValue = "8000",
      description = "Tokens of a vocabulary that is learned (default: ${DEFAULT-VALUE}).")
  private int vocabularySize;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the trained model goes: config.json, model.onnx, model.safetensors, ...")
  private Path output;

  @Option(names = "--int8", description = "Also export model_int8.onnx, with 8 bit weights.")
  private boolean int8;

  /** The texts that a vocabulary is learned from. */
  abstract Iterator<String> texts();

  /** What is learned. */
  abstract TrainingData trainingData(Tokenizer tokenizer, PretrainedModel model, int maximumLength);

  /** What is measured on, null for nothing. */
  abstract @Nullable TrainingData developmentData(
      Tokenizer tokenizer, PretrainedModel model, int maximumLength);

  /** A tokenizer learned from {@link #texts}. */
  abstract ChosenTokenizer learnTokenizer(ArchitectureFlags flags, int size);

  /** A model with new weights. */
  abstract PretrainedModel freshModel(ArchitectureFlags flags, ChosenTokenizer tokenizer);

  /** A model with the weights of a folder. */
  abstract TrainableModel trainedModel(ArchitectureFlags flags, Path folder, long seed);

  /**
   * A model that a run ends with.
   *
   * @param folder where it goes
   * @param model what it computes
   * @param parameters its weights, and perhaps others; live
   */
  record Finished(Path folder, PretrainedModel model, Map<String, Tensor> parameters) {}

  /** What becomes of a trained model; itself unless training is of several or of more. */
  List<Finished> finished(TrainableModel model, Path output) {
    return List.of(new Finished(output, model.model(), model.parameters()));
  }

  /** How the learning rate falls unless said otherwise. */
  LearningRateSchedule usualSchedule() {
    return LearningRateSchedule.LINEAR;
  }

  /** The numbers of the optimizer. */
  AdamW usualOptimizer() {
    return AdamW.DEFAULT;
  }

  @Override
  public Integer call() throws IOException {
    ModelExporter.checkTarget(output);
    try (ChosenTokenizer tokenizer = tokenizer()) {
      if (pretrainingEpochs() > 0 && isInterrupted(pretrain(tokenizer))) {
        return ExitStatus.SUCCESS;
      }
      trainAndExport(tokenizer);
    }
    return ExitStatus.SUCCESS;
  }

  private void trainAndExport(ChosenTokenizer tokenizer) throws IOException {
    try (TrainableModel model = newModel(tokenizer)) {
      TrainingOptions options =
          training.options(
              architecture.start() == null ? RATE_OF_NEW_WEIGHTS : RATE_OF_TRAINED_WEIGHTS,
              usualSchedule(),
              usualOptimizer());
      int length = maximumLength(tokenizer.tokenizer(), model);
      TrainingData data = trainingData(tokenizer.tokenizer(), model.model(), length);
      TrainingData development = developmentData(tokenizer.tokenizer(), model.model(), length);
      TrainingResult result =
          train(model, data, development, options, training.checkpoints(output));
      if (!isInterrupted(result)) {
        export(tokenizer, model, options, result);
        report(result);
      }
    }
  }

  private static boolean isInterrupted(TrainingResult result) {
    return result.ending() == TrainingResult.Ending.INTERRUPTED;
  }

  /** How often a new body reads the training texts before it learns the task; 0 for not at all. */
  int pretrainingEpochs() {
    return 0;
  }

  /** Masked language modelling on the training texts; the weights go to {@link #pretrained}. */
  private TrainingResult pretrain(ChosenTokenizer tokenizer) {
    if (architecture.start() != null) {
      throw new RefusedException(
          "--init brings a trained body; leave --pretrain-epochs out, or --init");
    }
    String type = PretrainingKind.MLM.require(architecture.family(), "--pretrain-epochs");
    EncoderConfig<?> config =
        architecture.encoder(type, tokenizer.tokenizer().vocabularySize(), tokenizer.padTokenId());
    try (TrainableModel model =
        TrainableModel.initialize(config.model(Head.MASKED_LM), training.seed())) {
      List<String> texts = new ArrayList<>();
      texts().forEachRemaining(texts::add);
      TrainingData data =
          MaskedTexts.data(
              texts, tokenizer.tokenizer(), maximumLength(tokenizer.tokenizer(), model), true);
      TrainingOptions options =
          training.pretrainingOptions(pretrainingEpochs(), RATE_OF_NEW_WEIGHTS);
      TrainingResult result =
          train(model, data, null, options, pretrained().resolveSibling("pretraining"));
      if (!isInterrupted(result)) {
        SafetensorsWriter.write(pretrained(), model.parameters());
      }
      return result;
    }
  }

  /** The weights of the pretrained body, among the checkpoints. */
  private Path pretrained() {
    return training.checkpoints(output).resolve("pretrained.safetensors");
  }

  private ChosenTokenizer tokenizer() {
    Path start = architecture.start();
    if (start != null && tokenizerFolder != null) {
      throw new RefusedException(
          "--init brings its own tokenizer; leave --tokenizer out, or --init");
    }
    if (start != null) {
      return ChosenTokenizer.in(start);
    }
    return tokenizerFolder != null
        ? ChosenTokenizer.in(tokenizerFolder)
        : learnTokenizer(architecture, vocabularySize);
  }

  private TrainableModel newModel(ChosenTokenizer tokenizer) {
    Path start = architecture.start();
    if (start == null) {
      PretrainedModel model = freshModel(architecture, tokenizer);
      return pretrainingEpochs() > 0
          ? TrainableModel.fineTune(model, pretrained(), training.seed())
          : TrainableModel.initialize(model, training.seed());
    }
    return trainedModel(architecture, start, training.seed());
  }

  private TrainingResult train(
      TrainableModel model,
      TrainingData data,
      @Nullable TrainingData development,
      TrainingOptions options,
      Path checkpoints) {
    try (TrainingDisplay display =
        new TrainingDisplay(streams(), (development == null ? data : development).mainMetric())) {
      Trainer.Builder builder =
          Trainer.builder(model, data, checkpoints)
              .options(options)
              .listener(display)
              .execution(execution.execution())
              .resume(training.resume());
      if (development != null) {
        builder.evaluationData(development);
      }
      Trainer trainer = builder.build();
      try (Interruption interruption = new Interruption(trainer::stop)) {
        TrainingResult result = trainer.train();
        if (result.ending() == TrainingResult.Ending.INTERRUPTED) {
          // said before the process may end
          display.say("stopped after step " + result.step() + "; go on with --resume");
        }
        return result;
      }
    }
  }

  /** What was asked for, but no more than the model has positions for. */
  private int maximumLength(Tokenizer tokenizer, TrainableModel model) {
    int wanted = architecture.maximumLength();
    int length = (int) Math.min(wanted, model.model().maximumLength().orElse(wanted));
    return Math.min(length, tokenizer.modelMaxLength().orElse(length));
  }

  private void export(
      ChosenTokenizer tokenizer,
      TrainableModel model,
      TrainingOptions options,
      TrainingResult result) {
    Map<String, String> origin = new TreeMap<>();
    origin.put("seed", Long.toString(options.seed()));
    origin.put("steps", Long.toString(result.bestStep()));
    origin.put("training", options.toString());
    for (Finished each : finished(model, output)) {
      Map<String, Tensor> parameters = new LinkedHashMap<>(each.parameters());
      parameters.keySet().retainAll(each.model().parameters().keySet());
      ModelExporter exporter =
          tokenizer
              .export()
              .apply(ModelExporter.of(each.model(), parameters))
              .withSafetensors()
              .metadata(origin);
      Path start = architecture.start();
      if (start != null) {
        exporter = exporter.generationConfiguration(start);
      }
      (int8 ? exporter.variant(Precision.INT8) : exporter).write(each.folder());
    }
  }

  private void report(TrainingResult result) throws IOException {
    JsonObject report = new JsonObject();
    report.addProperty("output", output.toString());
    report.addProperty("ending", result.ending().name().toLowerCase(Locale.ROOT));
    report.addProperty("steps", result.step());
    report.addProperty("best_step", result.bestStep());
    Evaluation best = result.best();
    if (best != null) {
      best.metrics()
          .forEach((metric, value) -> report.add(TrainingDisplay.name(metric), Json.number(value)));
    }
    write(report);
  }

  /** Decides weights, order, masks and dropout. */
  final long seed() {
    return training.seed();
  }

  /** Where the trained model goes. */
  final Path output() {
    return output;
  }

  /** The tokenizer that was asked for, null for none. */
  final @Nullable Path tokenizerFolder() {
    return tokenizerFolder;
  }

  /** Writes what came out, on one line. */
  final void write(JsonObject report) throws IOException {
    streams().out().write((Json.line(report) + "\n").getBytes(StandardCharsets.UTF_8));
    streams().out().flush();
  }
}
