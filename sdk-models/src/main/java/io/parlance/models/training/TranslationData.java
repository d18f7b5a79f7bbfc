package io.parlance.models.training;

import io.parlance.InvalidInputException;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Inputs;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Value;
import io.parlance.models.objective.Losses;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of texts for encoder-decoders: the encoder reads the source, the decoder learns to write
 * the target, each token from those before it. The length of a pair, by which batches are made, is
 * the number of tokens of both sides. Immutable.
 */
public final class TranslationData implements TrainingData {

  private static final int CHUNK = 1000;
  private static final String LABELS = "labels";
  private static final String DECODER_INPUT = "decoder_input_ids";

  private final List<int[]> sources;
  private final List<int[]> targets;
  private final Tokens tokens;
  private final double labelSmoothing;
  private final @Nullable TranslationSample sample;

  /** Token ids with a meaning, and how many there are. */
  private record Tokens(int padding, int decoderStart, int vocabularySize) {}

  private TranslationData(
      List<int[]> sources,
      List<int[]> targets,
      Tokens tokens,
      double labelSmoothing,
      @Nullable TranslationSample sample) {
    this.sources = sources;
    this.targets = targets;
    this.tokens = tokens;
    this.labelSmoothing = labelSmoothing;
    this.sample = sample;
  }

  /**
   * Tokenizes a data set, both sides by the same tokenizer, which adds the token that ends a text.
   * Where a pair names its target language, the token {@code >>LANGUAGE<<} stands before the
   * source. Texts beyond {@code maximumLength} tokens are cut at their end.
   *
   * @param maximumLength the largest number of tokens of a text, special tokens included
   * @param decoderStart the token that the decoder begins with, {@code decoder_start_token_id} of
   *     the model
   * @throws InvalidInputException if the tokenizer lacks a language or a padding token
   */
  public static TranslationData of(
      TranslationDataset dataset, Tokenizer tokenizer, int maximumLength, int decoderStart) {
    int padding =
        tokenizer
            .padTokenId()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "the tokenizer has no padding token, without which pairs make no batch"));
    List<TranslationExample> examples = dataset.examples();
    boolean marked = !dataset.targetLanguages().isEmpty();
    List<int[]> sources =
        encoded(
            tokenizer,
            examples.stream().map(TranslationExample::source).toList(),
            marked ? maximumLength - 1 : maximumLength);
    List<int[]> targets =
        encoded(
            tokenizer, examples.stream().map(TranslationExample::target).toList(), maximumLength);
    if (marked) {
      for (int i = 0; i < sources.size(); i++) {
        int mark = mark(tokenizer, Objects.requireNonNull(examples.get(i).targetLanguage()));
        sources.set(i, before(mark, sources.get(i)));
      }
    }
    Tokens tokens = new Tokens(padding, decoderStart, tokenizer.vocabularySize());
    return new TranslationData(sources, targets, tokens, 0, null);
  }

  private static List<int[]> encoded(Tokenizer tokenizer, List<String> texts, int maximumLength) {
    EncodingOptions options = EncodingOptions.truncated(maximumLength);
    List<int[]> encoded = new ArrayList<>(texts.size());
    for (int from = 0; from < texts.size(); from += CHUNK) {
      List<String> some = texts.subList(from, Math.min(texts.size(), from + CHUNK));
      tokenizer.encodeAll(some, options).stream().map(Encoding::ids).forEach(encoded::add);
    }
    return encoded;
  }

  private static int mark(Tokenizer tokenizer, String language) {
    OptionalInt mark = tokenizer.tokenToId(">>" + language + "<<");
    return mark.orElseThrow(
        () ->
            new InvalidInputException(
                "the tokenizer has no token >>"
                    + language
                    + "<< for this target language; train one with it, or leave such pairs out"));
  }

  private static int[] before(int first, int[] others) {
    int[] all = new int[others.length + 1];
    all[0] = first;
    System.arraycopy(others, 0, all, 1, others.length);
    return all;
  }

  /**
   * The same pairs with smoothed labels, see {@link Losses#smoothedCrossEntropy}; 0, the default,
   * does not smooth. For training; evaluations are easier to compare without.
   *
   * @throws InvalidInputException if it is not from 0 to below 1
   */
  public TranslationData withLabelSmoothing(double smoothing) {
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new InvalidInputException(
          "label smoothing " + smoothing + " must be at least 0 and below 1");
    }
    return new TranslationData(sources, targets, tokens, smoothing, sample);
  }

  /**
   * The same pairs of which evaluations also translate some, evenly spread, and measure {@link
   * Metric#BLEU} and {@link Metric#CHRF}; the first is the main metric then.
   *
   * @param dataset what these data were made of
   * @param tokenizer turns tokens into text; must stay open as long as there are evaluations
   * @param most how many sources are translated at most, at least 1
   */
  public TranslationData translating(TranslationDataset dataset, Tokenizer tokenizer, int most) {
    if (most < 1) {
      throw new InvalidInputException("translated sources " + most + " must be at least 1");
    }
    int count = Math.min(most, sources.size());
    int[] chosen =
        IntStream.range(0, count).map(i -> (int) ((long) i * sources.size() / count)).toArray();
    TranslationSample some =
        new TranslationSample(
            IntStream.of(chosen).mapToObj(sources::get).toList(),
            IntStream.of(chosen).mapToObj(i -> dataset.examples().get(i).target()).toList(),
            tokens.decoderStart(),
            tokenizer);
    return new TranslationData(sources, targets, tokens, labelSmoothing, some);
  }

  /** The number of pairs. */
  public int size() {
    return sources.size();
  }

  /** The tokens of both sides of each pair. */
  @Override
  public int[] lengths() {
    return IntStream.range(0, sources.size())
        .map(i -> sources.get(i).length + targets.get(i).length)
        .toArray();
  }

  @Override
  public Metric mainMetric() {
    return sample == null ? Metric.LOSS : Metric.BLEU;
  }

  @Override
  public void declareInputs(PretrainedModel model, Graph graph) {
    if (!model.exportedInputs().contains(DECODER_INPUT)) {
      throw new InvalidInputException(
          model.architecture() + " does not write texts; pairs are for encoder-decoders");
    }
    int longest =
        IntStream.range(0, sources.size())
            .map(i -> Math.max(sources.get(i).length, targets.get(i).length))
            .max()
            .orElse(0);
    ModelCapacity.require(model, tokens.vocabularySize(), longest);
    model.declareInputs(graph);
    Value before = Objects.requireNonNull(graph.inputs().get(DECODER_INPUT));
    graph.input(LABELS, ElementType.INT64, before.shape());
  }

  @Override
  public Map<String, Value> forward(PretrainedModel model, Graph graph) {
    Map<String, Value> outputs = model.forward(Inputs.of(graph));
    Value scores = outputs.get("logits");
    Value labels = graph.inputs().get(LABELS);
    if (scores == null || labels == null) {
      return outputs;
    }
    return Map.of(GradientStep.LOSS, Losses.smoothedCrossEntropy(scores, labels, labelSmoothing));
  }

  @Override
  public Batch batch(int[] examples, CounterRandom random) {
    int source = IntStream.of(examples).map(i -> sources.get(i).length).max().orElse(0);
    int target = IntStream.of(examples).map(i -> targets.get(i).length).max().orElse(0);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    LongBuffer ids = allocate(inputs, "input_ids", examples.length, source);
    LongBuffer mask = allocate(inputs, "attention_mask", examples.length, source);
    LongBuffer before = allocate(inputs, DECODER_INPUT, examples.length, target);
    LongBuffer labels = allocate(inputs, LABELS, examples.length, target);
    long read = 0;
    long written = 0;
    for (int example : examples) {
      int[] from = sources.get(example);
      for (int i = 0; i < source; i++) {
        ids.put(i < from.length ? from[i] : tokens.padding());
        mask.put(i < from.length ? 1 : 0);
      }
      int[] to = targets.get(example);
      for (int i = 0; i < target; i++) {
        labels.put(i < to.length ? to[i] : Losses.IGNORED);
        before.put(i == 0 ? tokens.decoderStart() : i <= to.length ? to[i - 1] : tokens.padding());
      }
      read += from.length;
      written += to.length;
    }
    return new Batch(inputs, examples.length, read + written, written);
  }

  private static LongBuffer allocate(
      Map<String, Tensor> inputs, String name, int rows, int columns) {
    Tensor tensor = Tensor.allocate(ElementType.INT64, rows, columns);
    inputs.put(name, tensor);
    return tensor.buffer().asLongBuffer();
  }

  /** Scores nothing beside the loss; translations are measured by {@link #measure}. */
  @Override
  public Scorer newScorer() {
    return new Scorer() {
      @Override
      public void add(int[] examples, Batch batch, Outputs outputs) {}

      @Override
      public Map<Metric, Double> metrics() {
        return Map.of();
      }
    };
  }

  @Override
  public Map<Metric, Double> measure(TrainableModel model, SessionOptions options) {
    return sample == null ? Map.of() : sample.measure(model, options);
  }

  @Override
  public String digest() {
    RunDigest digest =
        new RunDigest()
            .add(tokens.toString())
            .add(Double.toString(labelSmoothing))
            .add(Integer.toString(sample == null ? 0 : sample.size()));
    for (int i = 0; i < sources.size(); i++) {
      digest.add(sources.get(i)).add(targets.get(i));
    }
    return digest.hex();
  }
}
