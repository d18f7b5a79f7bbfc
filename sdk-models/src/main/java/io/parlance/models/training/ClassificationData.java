package io.parlance.models.training;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.Labels.ProblemType;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.objective.TokenBatch;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Texts or pairs with classes or numbers, for the sequence classification models of every family.
 */
public final class ClassificationData implements TrainingData {

  private static final String LABELS = "labels";

  private final Labels labels;
  private final ProblemType problem;
  private final List<TokenSequence> sequences;
  private final List<Target> targets;
  private final int padTokenId;
  private final int vocabularySize;

  ClassificationData(
      Labels labels,
      List<TokenSequence> sequences,
      List<Target> targets,
      int padTokenId,
      int vocabularySize) {
    this.labels = labels;
    this.problem = Objects.requireNonNull(labels.problemType(), "labels without a problem type");
    this.sequences = List.copyOf(sequences);
    this.targets = List.copyOf(targets);
    this.padTokenId = padTokenId;
    this.vocabularySize = vocabularySize;
  }

  /**
   * Tokenizes a data set. Texts beyond {@code maximumLength} tokens are cut at their end, pairs at
   * the end of the longer text.
   *
   * @param maximumLength the largest number of tokens, special tokens included
   */
  public static ClassificationData of(
      LabeledDataset dataset, Tokenizer tokenizer, int maximumLength) {
    EncodingOptions options = EncodingOptions.truncated(maximumLength);
    List<TokenSequence> sequences = new ArrayList<>(dataset.examples().size());
    List<Target> targets = new ArrayList<>(dataset.examples().size());
    for (LabeledExample example : dataset.examples()) {
      String pair = example.textPair();
      Encoding encoding =
          pair == null
              ? tokenizer.encode(example.text(), options)
              : tokenizer.encode(example.text(), pair, options);
      sequences.add(TokenSequence.of(encoding));
      targets.add(example.target());
    }
    return new ClassificationData(
        dataset.labels(),
        sequences,
        targets,
        tokenizer.padTokenId().orElse(0),
        tokenizer.vocabularySize());
  }

  /** The classes. */
  public Labels labels() {
    return labels;
  }

  /** The number of examples. */
  public int size() {
    return sequences.size();
  }

  @Override
  public int[] lengths() {
    return sequences.stream().mapToInt(TokenSequence::length).toArray();
  }

  @Override
  public Metric mainMetric() {
    return switch (problem) {
      case SINGLE_LABEL_CLASSIFICATION -> Metric.ACCURACY;
      case MULTI_LABEL_CLASSIFICATION -> Metric.MICRO_F1;
      case REGRESSION -> Metric.PEARSON;
    };
  }

  @Override
  public void declareInputs(PretrainedModel model, Graph graph) {
    requireSameClasses(model.configuration());
    ModelCapacity.require(
        model, vocabularySize, sequences.stream().mapToInt(TokenSequence::length).max().orElse(0));
    model.declareInputs(graph);
    graph.input(
        LABELS,
        problem == ProblemType.SINGLE_LABEL_CLASSIFICATION
            ? ElementType.INT64
            : ElementType.FLOAT32,
        problem == ProblemType.MULTI_LABEL_CLASSIFICATION
            ? Shape.of("batch", labels.count())
            : Shape.of("batch"));
  }

  private void requireSameClasses(JsonObject config) {
    List<String> known = new ArrayList<>();
    JsonElement byId = config.get("id2label");
    for (int id = 0; byId != null && byId.getAsJsonObject().has(Integer.toString(id)); id++) {
      known.add(byId.getAsJsonObject().get(Integer.toString(id)).getAsString());
    }
    if (!known.equals(labels.names())) {
      throw new InvalidInputException(
          "the data has %s, but the model has %s".formatted(shown(labels.names()), shown(known)));
    }
    JsonElement type = config.get("problem_type");
    if (type != null && !type.isJsonNull() && !type.getAsString().equals(problem.key())) {
      throw new InvalidInputException(
          "the data is a %s, but the model's problem_type is %s"
              .formatted(problem.key(), type.getAsString()));
    }
  }

  private static String shown(List<String> names) {
    return names.size()
        + " classes "
        + (names.size() <= 10 ? names : "beginning with " + names.subList(0, 10));
  }

  @Override
  public Batch batch(int[] examples, CounterRandom random) {
    List<TokenSequence> chosen = new ArrayList<>(examples.length);
    long tokens = 0;
    for (int example : examples) {
      chosen.add(sequences.get(example));
      tokens += sequences.get(example).length();
    }
    Map<String, Tensor> inputs = TokenBatch.pad(chosen, padTokenId);
    inputs.put(LABELS, targets(examples));
    return new Batch(inputs, examples.length, tokens, examples.length);
  }

  private Tensor targets(int[] examples) {
    return switch (problem) {
      case SINGLE_LABEL_CLASSIFICATION -> {
        long[] classes = new long[examples.length];
        for (int i = 0; i < examples.length; i++) {
          classes[i] = oneClass(examples[i]);
        }
        yield Tensor.of(classes, examples.length);
      }
      case MULTI_LABEL_CLASSIFICATION -> {
        float[] flags = new float[examples.length * labels.count()];
        for (int i = 0; i < examples.length; i++) {
          for (int id : someClasses(examples[i])) {
            flags[i * labels.count() + id] = 1;
          }
        }
        yield Tensor.of(flags, examples.length, labels.count());
      }
      case REGRESSION -> {
        float[] values = new float[examples.length];
        for (int i = 0; i < examples.length; i++) {
          values[i] = (float) value(examples[i]);
        }
        yield Tensor.of(values, examples.length);
      }
    };
  }

  private int oneClass(int example) {
    return ((Target.OneClass) targets.get(example)).id();
  }

  private List<Integer> someClasses(int example) {
    return ((Target.SomeClasses) targets.get(example)).ids();
  }

  private double value(int example) {
    return ((Target.Value) targets.get(example)).value();
  }

  @Override
  public Scorer newScorer() {
    return new ClassificationScorer();
  }

  @Override
  public String digest() {
    RunDigest digest = new RunDigest().add(labels.toString()).add(Integer.toString(padTokenId));
    for (int i = 0; i < sequences.size(); i++) {
      digest.add(sequences.get(i)).add(targets.get(i).toString());
    }
    return digest.hex();
  }

  private final class ClassificationScorer implements Scorer {
    private final List<float[]> scores = new ArrayList<>();
    private final List<Integer> examples = new ArrayList<>();

    @Override
    public void add(int[] batchExamples, Batch batch, Outputs outputs) {
      float[] all = outputs.get("logits").toFloatArray();
      int width = all.length / batchExamples.length;
      for (int i = 0; i < batchExamples.length; i++) {
        scores.add(Arrays.copyOfRange(all, i * width, (i + 1) * width));
        examples.add(batchExamples[i]);
      }
    }

    @Override
    public Map<Metric, Double> metrics() {
      Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
      switch (problem) {
        case SINGLE_LABEL_CLASSIFICATION -> {
          int[] truth = examples.stream().mapToInt(ClassificationData.this::oneClass).toArray();
          int[] said = scores.stream().mapToInt(ClassificationScorer::largest).toArray();
          ClassificationMetrics computed = ClassificationMetrics.of(truth, said, labels.count());
          metrics.put(Metric.ACCURACY, computed.accuracy());
          metrics.put(Metric.MACRO_F1, computed.macroF1());
          metrics.put(Metric.MATTHEWS, computed.matthews());
        }
        case MULTI_LABEL_CLASSIFICATION -> {
          MultiLabelMetrics computed = MultiLabelMetrics.of(trueFlags(), positive());
          metrics.put(Metric.ACCURACY, computed.subsetAccuracy());
          metrics.put(Metric.MACRO_F1, computed.macroF1());
          metrics.put(Metric.MICRO_F1, computed.microF1());
        }
        case REGRESSION -> {
          double[] truth = examples.stream().mapToDouble(ClassificationData.this::value).toArray();
          double[] said = scores.stream().mapToDouble(score -> score[0]).toArray();
          RegressionMetrics computed = RegressionMetrics.of(truth, said);
          metrics.put(Metric.PEARSON, computed.pearson());
          metrics.put(Metric.SPEARMAN, computed.spearman());
        }
      }
      return metrics;
    }

    private static int largest(float[] values) {
      int best = 0;
      for (int i = 1; i < values.length; i++) {
        best = values[i] > values[best] ? i : best;
      }
      return best;
    }

    private boolean[][] trueFlags() {
      boolean[][] flags = new boolean[examples.size()][labels.count()];
      for (int i = 0; i < flags.length; i++) {
        for (int id : someClasses(examples.get(i))) {
          flags[i][id] = true;
        }
      }
      return flags;
    }

    /** A label is said where its probability, the sigmoid of its score, is above a half. */
    private boolean[][] positive() {
      boolean[][] flags = new boolean[scores.size()][labels.count()];
      for (int i = 0; i < flags.length; i++) {
        for (int c = 0; c < labels.count(); c++) {
          flags[i][c] = scores.get(i)[c] > 0;
        }
      }
      return flags;
    }
  }
}
