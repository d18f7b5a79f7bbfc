package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.Classification;
import io.parlance.LabelScore;
import io.parlance.Nlp;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.cache.CachePolicy;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.model.StarterModels;
import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.Labels.ProblemType;
import io.parlance.models.ngram.NgramLanguageModel;
import io.parlance.models.training.ClassificationMetrics;
import io.parlance.models.training.LabeledDataset;
import io.parlance.models.training.LabeledExample;
import io.parlance.models.training.MultiLabelMetrics;
import io.parlance.models.training.RegressionMetrics;
import io.parlance.models.training.Target;
import io.parlance.models.training.TranslationDataset;
import io.parlance.task.TextClassifier;
import io.parlance.task.Translator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures a model on texts whose answers are known, through the same calls that an application
 * makes.
 */
@Command(
    name = "evaluate",
    description = {
      "Measures a classifier on labelled texts, a translator on pairs, a language model on plain "
          + "texts.",
      "Reads lines {\"text\", \"text_pair\"?, \"label\"} and writes one JSON object with the"
          + " metrics of the problem: accuracy, macro_f1, micro_f1, matthews, pearson, spearman."
          + " For a model with an encoder and a decoder, reads {\"source\", \"target\","
          + " \"target_lang\"?} and writes bleu and chrf as sacrebleu has them. For a language"
          + " model, a folder of any kind or an ARPA file, reads texts, one a line or JSON Lines"
          + " {\"text\"}, and writes the perplexity of its tokens (of a masked language model the"
          + " pseudo-perplexity, each token hidden in turn), and, to compare models with different"
          + " tokens, word_perplexity and bits_per_character of the same texts, their ends left"
          + " out."
    })
final class EvaluateCommand extends Subcommand {

  private static final int WINDOW = 256;

  /** A label applies where its probability is above a half. */
  private static final double THRESHOLD = 0.5;

  @Mixin private ModelOptions model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "JSON Lines with labels, or texts; plain or gzip.")
  private Path data;

  @Option(
      names = "--to",
      paramLabel = "CODE",
      description =
          "For a translator: language to translate to, where it knows several and the lines do not "
              + "name one.")
  private @Nullable String targetLanguage;

  @Option(
      names = "--beams",
      paramLabel = "N",
      description = "For a translator: beams; the model's own setting if not given.")
  private @Nullable Integer beams;

  @Option(
      names = "--window",
      paramLabel = "N",
      description =
          "For a language model: the most tokens read at once (default: what it has positions for, "
              + "or 1024).")
  private @Nullable Integer window;

  @Option(
      names = "--stride",
      paramLabel = "N",
      description =
          "For a causal language model: new tokens of each window after the first; smaller is "
              + "slower and gives more context (default: half a window).")
  private @Nullable Integer stride;

  @Option(
      names = "--joined",
      description =
          "For a causal language model: all texts are one, with line breaks between them, and its "
              + "first token is not foretold.")
  private boolean joined;

  @Override
  public Integer call() throws IOException {
    String given = model.model();
    if (given != null && !given.contains(":") && NgramLanguageModel.isAt(Path.of(given))) {
      return measureNgrams(Path.of(given));
    }
    ModelSource source = given == null ? StarterModels.find("classifier") : ModelSource.of(given);
    if (ModelFolder.open(source).hasGraph(ModelFolder.ENCODER)) {
      return measureTranslations(source);
    }
    if (targetLanguage != null || beams != null) {
      throw new RefusedException(
          "--to and --beams are for translators, and " + source + " is none; leave them out");
    }
    if (LanguageModelMeasurement.suits(ModelFolder.open(source).config())) {
      write(
          LanguageModelMeasurement.of(source, reading(), streams())
              .measure(data, model.execution()));
      return ExitStatus.SUCCESS;
    }
    if (window != null || stride != null || joined) {
      throw new RefusedException(
          "--window, --stride and --joined are for language models, and "
              + source
              + " is none; leave them out");
    }
    try (Nlp nlp =
        Nlp.builder()
            .classifier(source)
            .execution(model.execution())
            .cache(CachePolicy.none())
            .build()) {
      Labels labels = new Labels(nlp.classifier().labels(), problemType(source));
      LabeledDataset dataset = LabeledDataset.read(data, labels);
      long start = System.nanoTime();
      JsonObject metrics = measure(nlp.classifier(), dataset);
      double seconds = (System.nanoTime() - start) / 1e9;
      streams()
          .messages()
          .printf(Locale.ROOT, "%.0f texts/s%n", dataset.examples().size() / seconds);
      write(metrics);
    }
    return ExitStatus.SUCCESS;
  }

  private LanguageModelMeasurement.Reading reading() {
    if (window != null && window < 2) {
      throw new RefusedException("--window is " + window + ", expected at least 2");
    }
    if (stride != null && stride < 1) {
      throw new RefusedException("--stride is " + stride + ", expected at least 1");
    }
    return new LanguageModelMeasurement.Reading(window, stride, joined);
  }

  private int measureTranslations(ModelSource source) throws IOException {
    TranslationDataset dataset = TranslationDataset.read(data);
    try (Nlp nlp =
        Nlp.builder()
            .translator(source)
            .execution(model.execution())
            .cache(CachePolicy.none())
            .build()) {
      Translator translator = nlp.translator();
      Integer wanted = beams;
      write(
          new TranslationMeasurement(wanted == null ? translator : translator.beams(wanted))
              .measure(dataset, targetLanguage, streams()));
    }
    return ExitStatus.SUCCESS;
  }

  private int measureNgrams(Path source) throws IOException {
    try (NgramCorpus corpus = NgramCorpus.ofModel(source)) {
      write(corpus.score(data, NgramLanguageModel.load(source)));
    }
    return ExitStatus.SUCCESS;
  }

  private void write(JsonObject metrics) throws IOException {
    streams().out().write((Json.line(metrics) + "\n").getBytes(StandardCharsets.UTF_8));
    streams().out().flush();
  }

  private static @Nullable ProblemType problemType(ModelSource source) {
    return ModelFolder.open(source)
        .config()
        .problemType()
        .map(type -> ProblemType.valueOf(type.toUpperCase(Locale.ROOT)))
        .orElse(null);
  }

  private JsonObject measure(TextClassifier classifier, LabeledDataset dataset) throws IOException {
    Target first = dataset.examples().get(0).target();
    JsonObject metrics = new JsonObject();
    metrics.addProperty("examples", dataset.examples().size());
    if (first instanceof Target.Value) {
      measureValues(classifier.function(ScoreFunction.NONE), dataset, metrics);
    } else if (first instanceof Target.SomeClasses) {
      measureSeveral(classifier.function(ScoreFunction.SIGMOID), dataset, metrics);
    } else {
      measureSingle(classifier.topK(1), dataset, metrics);
    }
    return metrics;
  }

  private void measureSingle(
      TextClassifier classifier, LabeledDataset dataset, JsonObject metrics) {
    Map<String, Integer> ids = ids(dataset.labels());
    int[] truth =
        dataset.examples().stream()
            .mapToInt(example -> ((Target.OneClass) example.target()).id())
            .toArray();
    int[] said =
        classify(classifier, dataset).stream()
            .mapToInt(result -> ids.getOrDefault(result.label(), 0))
            .toArray();
    ClassificationMetrics computed =
        ClassificationMetrics.of(truth, said, dataset.labels().count());
    metrics.add("accuracy", Json.number(computed.accuracy()));
    metrics.add("macro_f1", Json.number(computed.macroF1()));
    metrics.add("matthews", Json.number(computed.matthews()));
  }

  private void measureSeveral(
      TextClassifier classifier, LabeledDataset dataset, JsonObject metrics) {
    Map<String, Integer> ids = ids(dataset.labels());
    int count = dataset.examples().size();
    boolean[][] truth = new boolean[count][ids.size()];
    boolean[][] said = new boolean[count][ids.size()];
    List<Classification> results = classify(classifier, dataset);
    for (int i = 0; i < count; i++) {
      for (int id : ((Target.SomeClasses) dataset.examples().get(i).target()).ids()) {
        truth[i][id] = true;
      }
      for (LabelScore label : results.get(i).labels()) {
        said[i][ids.getOrDefault(label.label(), 0)] = label.score() > THRESHOLD;
      }
    }
    MultiLabelMetrics computed = MultiLabelMetrics.of(truth, said);
    metrics.add("accuracy", Json.number(computed.subsetAccuracy()));
    metrics.add("macro_f1", Json.number(computed.macroF1()));
    metrics.add("micro_f1", Json.number(computed.microF1()));
  }

  private void measureValues(
      TextClassifier classifier, LabeledDataset dataset, JsonObject metrics) {
    double[] truth =
        dataset.examples().stream()
            .mapToDouble(example -> ((Target.Value) example.target()).value())
            .toArray();
    double[] said =
        classify(classifier, dataset).stream().mapToDouble(Classification::score).toArray();
    RegressionMetrics computed = RegressionMetrics.of(truth, said);
    metrics.add("pearson", Json.number(computed.pearson()));
    metrics.add("spearman", Json.number(computed.spearman()));
  }

  private static Map<String, Integer> ids(Labels labels) {
    Map<String, Integer> ids = new HashMap<>();
    labels.names().forEach(name -> ids.put(name, ids.size()));
    return ids;
  }

  private List<Classification> classify(TextClassifier classifier, LabeledDataset dataset) {
    List<LabeledExample> examples = dataset.examples();
    List<Classification> results = new ArrayList<>(examples.size());
    try (Progress progress = new Progress(streams(), "evaluate", examples.size(), 0)) {
      while (results.size() < examples.size()) {
        int end = Math.min(examples.size(), results.size() + WINDOW);
        results.addAll(
            classifier.processAll(
                examples.subList(results.size(), end).stream()
                    .map(example -> new TextInput(example.text(), example.textPair()))
                    .toList()));
        progress.step(results.size(), "texts");
      }
    }
    return results;
  }
}
