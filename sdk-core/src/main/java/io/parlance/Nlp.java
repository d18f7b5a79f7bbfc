package io.parlance;

import io.parlance.cache.CachePolicy;
import io.parlance.cache.ResultCache;
import io.parlance.model.ModelSource;
import io.parlance.model.StarterModels;
import io.parlance.model.hub.HubOptions;
import io.parlance.task.EntityExtractor;
import io.parlance.task.MaskFiller;
import io.parlance.task.ModelHandle;
import io.parlance.task.PairRanker;
import io.parlance.task.QuestionAnswerer;
import io.parlance.task.Summarizer;
import io.parlance.task.TaskModels;
import io.parlance.task.TextClassifier;
import io.parlance.task.TextEmbedder;
import io.parlance.task.TextGenerator;
import io.parlance.task.TextToText;
import io.parlance.task.Translator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Every task behind one door. Thread-safe and cheap to share: one for a process is the normal case.
 *
 * <p>Models are loaded with the first call that needs them. A task that was given no model uses the
 * starter model that {@code sdk-models} puts on the class path.
 *
 * <pre>{@code
 * try (Nlp nlp = Nlp.create()) {
 *   Classification c = nlp.classify("I was charged twice this month");
 *   System.out.println(c.label() + " " + c.score());
 * }
 * }</pre>
 */
public final class Nlp implements AutoCloseable {
  private static final long DEFAULT_PROMPT_BYTES = 64L << 20;

  private final ResultCache cache;
  private final TaskModels tasks;

  private Nlp(Builder builder) {
    cache = new ResultCache(builder.cache);
    tasks =
        new TaskModels(
            builder.sources(),
            builder.execution,
            cache,
            builder.promptCache,
            builder.queue,
            builder.timeout,
            builder.listeners);
  }

  /** With starter models for every task, on the CPU, with the default cache. */
  public static Nlp create() {
    return builder().build();
  }

  /** Chooses models and settings. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Classifies a text with all labels of the model. See {@link TextClassifier#classify(String)}.
   *
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public Classification classify(String text) {
    return classifier().classify(text);
  }

  /** Classifies a pair of texts. */
  public Classification classify(String text, String pair) {
    return classifier().classify(text, pair);
  }

  /** Classifies many texts; results come in their order. */
  public List<Classification> classify(List<String> texts) {
    return classifier().classify(texts);
  }

  /** Classification with options. */
  public TextClassifier classifier() {
    return tasks.classifier();
  }

  /** The tasks for callers that do not wait. */
  public AsyncNlp async() {
    return new AsyncNlp(this);
  }

  /**
   * Finds what a text names. See {@link EntityExtractor#extract(String)}.
   *
   * @return in the order of the text
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public List<Entity> extractEntities(String text) {
    return entityExtractor().extract(text).entities();
  }

  /** Finds what many texts name; results come in their order. */
  public List<List<Entity>> extractEntities(List<String> texts) {
    return entityExtractor().extract(texts).stream().map(EntityExtraction::entities).toList();
  }

  /** Entity extraction with options. */
  public EntityExtractor entityExtractor() {
    return tasks.entityExtractor();
  }

  /**
   * The part of a context that answers a question. See {@link QuestionAnswerer#answer(String,
   * String)}.
   *
   * @return empty where no part of the context has a probability
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public Answer answer(String question, String context) {
    return questionAnswerer().answer(question, context).best();
  }

  /** Question answering with options. */
  public QuestionAnswerer questionAnswerer() {
    return tasks.questionAnswerer();
  }

  /**
   * The vector of a text. See {@link TextEmbedder#embed(String)}.
   *
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public Embedding embed(String text) {
    return embedder().embed(text);
  }

  /** The vectors of many texts, in their order. */
  public List<Embedding> embed(List<String> texts) {
    return embedder().embed(texts);
  }

  /** How alike two texts are. See {@link TextEmbedder#similarity(String, String)}. */
  public double similarity(String one, String other) {
    return embedder().similarity(one, other);
  }

  /** Embeddings with options. */
  public TextEmbedder embedder() {
    return tasks.embedder();
  }

  /**
   * What could stand in the masks of a text. See {@link MaskFiller#fill(String)}.
   *
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public MaskFilling fillMask(String text) {
    return maskFiller().fill(text);
  }

  /** Filling of masks with options. */
  public MaskFiller maskFiller() {
    return tasks.maskFiller();
  }

  /**
   * Documents by their relevance to a query. See {@link PairRanker#rank(String, List)}.
   *
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public List<RankedDocument> rank(String query, List<String> documents) {
    return ranker().rank(query, documents);
  }

  /** Ranking with options. */
  public PairRanker ranker() {
    return tasks.ranker();
  }

  /**
   * Goes on from a prompt. See {@link TextGenerator#generate(String)}.
   *
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public Generation generate(String prompt) {
    return generator().generate(prompt);
  }

  /** Text generation with options. */
  public TextGenerator generator() {
    return tasks.generator();
  }

  /**
   * Translates a text between the languages that the model's files name. See {@link
   * Translator#translate(String)}.
   *
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public Translation translate(String text) {
    return translator().translate(text);
  }

  /** Translates many texts, all their sentences together; results come in their order. */
  public List<Translation> translate(List<String> texts) {
    return translator().translate(texts);
  }

  /** Translation with options, such as the languages. */
  public Translator translator() {
    return tasks.translator();
  }

  /**
   * Says what a text says in fewer words. See {@link Summarizer#summarize(String)}.
   *
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public Summary summarize(String text) {
    return summarizer().summarize(text);
  }

  /** Summaries with options. */
  public Summarizer summarizer() {
    return tasks.summarizer();
  }

  /**
   * What a model with an encoder, such as T5, writes for a text. See {@link
   * TextToText#write(String)}.
   *
   * @throws ModelNotFoundException if no model was given and there is no starter model
   */
  public Generation textToText(String text) {
    return textToText().write(text);
  }

  /** Text from text with options. */
  public TextToText textToText() {
    return tasks.textToText();
  }

  /** What was done so far. */
  public NlpStatistics statistics() {
    return new NlpStatistics(cache.statistics(), tasks.promptCache(), tasks.loaded());
  }

  /**
   * The models of the tasks that have one: given to the builder, or a starter model. What they are
   * for is in {@link ModelHandle#task()}.
   */
  public List<ModelHandle> models() {
    return tasks.all().stream().filter(Nlp::hasSource).toList();
  }

  private static boolean hasSource(ModelHandle model) {
    try {
      model.source();
      return true;
    } catch (ModelNotFoundException none) {
      return false;
    }
  }

  /** Forgets the results that are remembered; what is being computed is not disturbed. */
  public void clearCache() {
    cache.clear();
  }

  /** Refuses further calls, waits for those in flight and frees the models. May be repeated. */
  @Override
  public void close() {
    tasks.close();
    cache.clear();
  }

  /**
   * As {@link #close()}, without waiting for the calls in flight to finish: they are stopped, and
   * fail with {@link CancelledException}.
   */
  public void closeNow() {
    tasks.close(true);
    cache.clear();
  }

  /** Collects models and settings for an {@link Nlp}. Not thread-safe. */
  public static final class Builder extends NlpModels<Builder> {
    private Execution execution = Execution.cpu();
    private CachePolicy cache = CachePolicy.defaults();
    private CachePolicy promptCache = CachePolicy.maximumBytes(DEFAULT_PROMPT_BYTES);
    private QueuePolicy queue = QueuePolicy.defaults();
    private @Nullable HubOptions hub;
    private @Nullable Duration timeout;
    private final List<ActivityListener> listeners = new ArrayList<>();

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /** Where models run; on the CPU by default. */
    public Builder execution(Execution where) {
      execution = where;
      return this;
    }

    /** What results are remembered; 16 MiB of them by default. */
    public Builder cache(CachePolicy policy) {
      cache = policy;
      return this;
    }

    /**
     * How much native memory the generator may use to remember what it computed for prompts, so
     * that the common beginning of several is read once; 64 MiB by default. A token takes 2 x
     * layers x key and value heads x head size numbers: 64 MiB hold some 1,800 tokens of a model in
     * the shape of distilgpt2. {@link CachePolicy#none()} turns it off.
     */
    public Builder promptCache(CachePolicy policy) {
      promptCache = policy;
      return this;
    }

    /** How asynchronous calls wait; 4,096 of them for each model by default. */
    public Builder queue(QueuePolicy policy) {
      queue = policy;
      return this;
    }

    /**
     * How models named {@code hf:...} are downloaded and kept; as the environment says by default.
     */
    public Builder hub(HubOptions options) {
      hub = options;
      return this;
    }

    /**
     * Gives each call at most this time, unless its view has a {@code timeout} of its own; none by
     * default.
     *
     * @throws InvalidInputException unless it is positive
     */
    public Builder timeout(Duration time) {
      if (time.isNegative() || time.isZero()) {
        throw new InvalidInputException("timeout " + time + " must be positive");
      }
      timeout = time;
      return this;
    }

    /** Adds one that is told what is done. */
    public Builder listener(ActivityListener listener) {
      listeners.add(listener);
      return this;
    }

    private Function<String, ModelSource> sources() {
      Map<String, ModelSource> given = given();
      HubOptions options = hub;
      return task -> {
        ModelSource source = given.get(task);
        ModelSource found = source == null ? StarterModels.find(task) : source;
        return options == null ? found : found.withDefaultHub(options);
      };
    }

    /** Reads nothing yet: a model that cannot be loaded shows with the first call that needs it. */
    public Nlp build() {
      return new Nlp(this);
    }
  }
}
