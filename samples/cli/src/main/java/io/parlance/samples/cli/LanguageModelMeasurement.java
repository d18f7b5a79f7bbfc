package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.Execution;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** How well a neural language model foretells texts. */
final class LanguageModelMeasurement {

  private static final Pattern CAUSAL =
      Pattern.compile(".*(LMHeadModel|ForCausalLM|DoubleHeadsModel)");
  private static final Pattern MASKED = Pattern.compile(".*ForMaskedLM");
  private static final String RECURRENT = "RnnLM";

  /** Copies of a text, each with another token hidden, that are computed at once. */
  private static final int COPIES = 32;

  /** The most tokens that a model without a longest text reads at once, unless said otherwise. */
  private static final int USUAL_WINDOW = 1024;

  /**
   * How a text is read.
   *
   * @param window the most tokens at once; null for what the model has positions for
   * @param stride new tokens of each further window; null for half of it
   * @param joined whether all texts are one, with line breaks between them
   */
  record Reading(@Nullable Integer window, @Nullable Integer stride, boolean joined) {

    private int windowOf(int usual) {
      return window == null ? usual : Math.min(window, usual);
    }

    private int strideOf(int ofWindow) {
      return stride == null ? Math.max(1, ofWindow / 2) : Math.min(stride, ofWindow);
    }
  }

  private final ModelSource source;
  private final ModelFolder folder;
  private final String architecture;
  private final Reading reading;
  private final Streams streams;

  private LanguageModelMeasurement(
      ModelSource source, ModelFolder folder, Reading reading, Streams streams) {
    this.source = source;
    this.folder = folder;
    this.architecture = folder.config().architectures().get(0);
    this.reading = reading;
    this.streams = streams;
  }

  /** Whether a folder's model foretells tokens, by the class that its configuration names. */
  static boolean suits(ModelConfig config) {
    return config.architectures().stream()
        .findFirst()
        .filter(
            name ->
                CAUSAL.matcher(name).matches()
                    || MASKED.matcher(name).matches()
                    || name.equals(RECURRENT))
        .isPresent();
  }

  /** Of a folder for which {@link #suits} holds. */
  static LanguageModelMeasurement of(ModelSource source, Reading reading, Streams streams) {
    return new LanguageModelMeasurement(source, ModelFolder.open(source), reading, streams);
  }

  /**
   * Reads the texts of a file.
   *
   * @throws RefusedException if it holds nothing that could be foretold
   */
  JsonObject measure(Path data, Execution execution) throws IOException {
    List<String> texts = new ArrayList<>();
    try (TextFiles each = new TextFiles(List.of(data), "text")) {
      each.forEachRemaining(texts::add);
    }
    boolean masked = MASKED.matcher(architecture).matches();
    TextLikelihood found;
    try (Tokenizer tokenizer = folder.loadTokenizer()) {
      found =
          masked
              ? measureMasked(texts, tokenizer, execution)
              : architecture.equals(RECURRENT)
                  ? measureRecurrent(texts, tokenizer)
                  : measureCausal(texts, tokenizer, execution);
    }
    if (found.tokens() == 0) {
      throw new RefusedException(data + " holds no text of which a token could be foretold");
    }
    JsonObject metrics = new JsonObject();
    found.write(metrics, masked ? "pseudo_perplexity" : "perplexity");
    return metrics;
  }

  /** Tells how likely tokens are after the first. */
  private interface Scorer {
    double[] logProbabilities(int[] tokens);
  }

  private TextLikelihood measureCausal(
      List<String> texts, Tokenizer tokenizer, Execution execution) {
    try (Nlp nlp =
        Nlp.builder().generator(source).execution(execution).cache(CachePolicy.none()).build()) {
      int window = reading.windowOf(folder.config().maximumLength().orElse(USUAL_WINDOW));
      return measure(
          texts,
          tokenizer,
          tokens -> nlp.generator().logProbabilities(tokens, window, reading.strideOf(window)));
    }
  }

  /** The states of a recurrent model reach back to the start, so a text is read at once. */
  private TextLikelihood measureRecurrent(List<String> texts, Tokenizer tokenizer) {
    try (TrainableModel model = TrainableModel.load(Path.of(source.toString()))) {
      return measure(texts, tokenizer, tokens -> recurrent(model, tokens));
    }
  }

  private static double[] recurrent(TrainableModel model, int[] tokens) {
    try (Tensor ids = Tensor.of(longs(tokens), 1, tokens.length)) {
      Map<String, Tensor> outputs = model.forward(Map.of("input_ids", ids));
      try {
        float[] logits = Objects.requireNonNull(outputs.get("logits")).toFloatArray();
        int size = logits.length / tokens.length;
        double[] found = new double[tokens.length - 1];
        for (int i = 0; i < found.length; i++) {
          found[i] = logProbability(logits, i * size, size, tokens[i + 1]);
        }
        return found;
      } finally {
        outputs.values().forEach(Tensor::close);
      }
    }
  }

  /**
   * Each text after the token that begins texts, if there is one; else the first token of a text is
   * not foretold. Tokens that end texts are left out.
   */
  private TextLikelihood measure(List<String> texts, Tokenizer tokenizer, Scorer scorer) {
    TextLikelihood sum = new TextLikelihood();
    OptionalInt begin =
        tokenizer.beginningTokenId().isPresent()
            ? tokenizer.beginningTokenId()
            : folder.config().integer("bos_token_id");
    if (reading.joined()) {
      add(String.join("\n", texts), tokenizer, OptionalInt.empty(), scorer, sum);
      return sum;
    }
    try (Progress progress = new Progress(streams, "evaluate", texts.size(), 0)) {
      for (int i = 0; i < texts.size(); i++) {
        add(texts.get(i), tokenizer, begin, scorer, sum);
        progress.step(i + 1, "texts");
      }
    }
    return sum;
  }

  private static void add(
      String text, Tokenizer tokenizer, OptionalInt begin, Scorer scorer, TextLikelihood sum) {
    int[] ids = tokenizer.encode(text, EncodingOptions.DEFAULT.withSpecialTokens(false)).ids();
    int[] tokens = ids;
    if (begin.isPresent()) {
      tokens = new int[ids.length + 1];
      tokens[0] = begin.getAsInt();
      System.arraycopy(ids, 0, tokens, 1, ids.length);
    }
    if (tokens.length > 1) {
      double[] each = scorer.logProbabilities(tokens);
      sum.add(text, each.length, Arrays.stream(each).sum());
    }
  }

  /**
   * Each token from all others of its text, or of its window where the text is longer (Salazar et
   * al. 2020, arXiv:1910.14659, section 2.1).
   */
  private TextLikelihood measureMasked(
      List<String> texts, Tokenizer tokenizer, Execution execution) {
    int mask =
        tokenizer
            .maskTokenId()
            .orElseThrow(() -> new RefusedException(folder + " has a tokenizer without a mask"));
    int length =
        reading.windowOf(
            Math.min(
                tokenizer.modelMaxLength().orElse(USUAL_WINDOW),
                folder.config().maximumLength().orElse(USUAL_WINDOW)));
    EncodingOptions windows = EncodingOptions.truncated(length).withStride(0);
    TextLikelihood sum = new TextLikelihood();
    SessionOptions options = SessionOptions.defaults().withExecution(execution);
    try (Session session = folder.loadGraph(ModelFolder.MODEL, options);
        Progress progress = new Progress(streams, "evaluate", texts.size(), 0)) {
      for (int i = 0; i < texts.size(); i++) {
        String text = texts.get(i);
        Encoding first = tokenizer.encode(text, windows);
        double log = pseudo(session, first, mask);
        long tokens = ofText(first).length;
        for (Encoding rest : first.overflow()) {
          log += pseudo(session, rest, mask);
          tokens += ofText(rest).length;
        }
        if (tokens > 0) {
          sum.add(text, tokens, log);
        }
        progress.step(i + 1, "texts");
      }
    }
    return sum;
  }

  /** The positions of tokens that belong to the text. */
  private static int[] ofText(Encoding encoding) {
    int[] sequences = encoding.sequenceIds();
    return IntStream.range(0, sequences.length).filter(i -> sequences[i] >= 0).toArray();
  }

  private static double pseudo(Session session, Encoding encoding, int mask) {
    int[] positions = ofText(encoding);
    double sum = 0;
    for (int from = 0; from < positions.length; from += COPIES) {
      int[] some = Arrays.copyOfRange(positions, from, Math.min(positions.length, from + COPIES));
      sum += pseudo(session, encoding, some, mask);
    }
    return sum;
  }

  /** The log-probabilities of tokens, each hidden in a copy of its own. */
  private static double pseudo(Session session, Encoding encoding, int[] positions, int mask) {
    int[] ids = encoding.ids();
    int rows = positions.length;
    long[] hidden = new long[rows * ids.length];
    long[] segments = new long[hidden.length];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < ids.length; i++) {
        hidden[row * ids.length + i] = i == positions[row] ? mask : ids[i];
        segments[row * ids.length + i] = encoding.typeIds()[i];
      }
    }
    long[] ones = new long[hidden.length];
    Arrays.fill(ones, 1);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(hidden, rows, ids.length));
    inputs.put("attention_mask", Tensor.of(ones, rows, ids.length));
    inputs.put("token_type_ids", Tensor.of(segments, rows, ids.length));
    Map<String, Tensor> taken = new LinkedHashMap<>(inputs);
    taken.keySet().retainAll(session.inputs().keySet());
    double sum = 0;
    try (Outputs outputs = session.run(taken)) {
      float[] logits = outputs.get("logits").toFloatArray();
      int size = logits.length / hidden.length;
      for (int row = 0; row < rows; row++) {
        int at = row * ids.length + positions[row];
        sum += logProbability(logits, at * size, size, ids[positions[row]]);
      }
    } finally {
      inputs.values().forEach(Tensor::close);
    }
    return sum;
  }

  private static double logProbability(float[] logits, int start, int size, int token) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = start; i < start + size; i++) {
      most = Math.max(most, logits[i]);
    }
    double sum = 0;
    for (int i = start; i < start + size; i++) {
      sum += Math.exp(logits[i] - most);
    }
    return logits[start + token] - most - Math.log(sum);
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }
}
