package io.parlance.task;

import io.parlance.ActivityListener;
import io.parlance.Answers;
import io.parlance.Classification;
import io.parlance.Embedding;
import io.parlance.EntityExtraction;
import io.parlance.Execution;
import io.parlance.Generation;
import io.parlance.MaskFilling;
import io.parlance.QueuePolicy;
import io.parlance.Relevance;
import io.parlance.Summary;
import io.parlance.TextPiece;
import io.parlance.Translation;
import io.parlance.cache.CachePolicy;
import io.parlance.cache.PromptCacheStatistics;
import io.parlance.cache.ResultCache;
import io.parlance.generation.GenerativeModel;
import io.parlance.model.ModelSource;
import io.parlance.runtime.Session;
import io.parlance.tokenizers.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The models of all tasks, the threads that run them and the cache that they share. Loads no model
 * before it is needed. Thread-safe.
 */
public final class TaskModels implements AutoCloseable {
  private static final int RECORD_BYTES = 64; // a record or a text, with its header
  private static final int TOKEN_BYTES = 20; // a boxed number in a list

  private final TaskResources resources;
  private final @Nullable Duration timeout;
  private final TaskModel<ClassificationOptions, Classification> classifier;
  private final TaskModel<EntityOptions, EntityExtraction> entityExtractor;
  private final TaskModel<AnswerOptions, Answers> questionAnswerer;
  private final TaskModel<EmbeddingOptions, Embedding> embedder;
  private final TaskModel<MaskOptions, MaskFilling> maskFiller;
  private final TaskModel<RankOptions, Relevance> ranker;
  private final TaskModel<WritingOptions, Translation> translator;
  private final TaskModel<WritingOptions, Summary> summarizer;
  private final TaskModel<WritingOptions, Generation> textToText;
  private final GeneratorModel generator;
  private final SharedModels generative;

  /** Without a prompt cache, without listeners, and with any time for calls. */
  public TaskModels(
      Function<String, ModelSource> sources,
      Execution execution,
      ResultCache cache,
      QueuePolicy queue) {
    this(sources, execution, cache, CachePolicy.none(), queue, null, List.of());
  }

  /**
   * Tasks on models.
   *
   * @param sources where the model of a task comes from, asked when it is loaded; the name of a
   *     task is that of its starter model, such as {@code classifier}
   * @param execution where the models run
   * @param cache what remembers their results
   * @param prompts how much generative models remember of prompts
   * @param queue how asynchronous calls wait
   * @param timeout of calls whose view has none, or null
   * @param listeners told what the tasks do
   */
  public TaskModels(
      Function<String, ModelSource> sources,
      Execution execution,
      ResultCache cache,
      CachePolicy prompts,
      QueuePolicy queue,
      @Nullable Duration timeout,
      List<ActivityListener> listeners) {
    this.timeout = timeout;
    Session.prepare(execution);
    resources = TaskResources.of(execution, cache, queue, listeners);
    classifier =
        model("classifier", sources, source -> LoadedClassifier.open(source, resources.options()));
    entityExtractor =
        model(
            "entityExtractor",
            sources,
            source -> LoadedEntityModel.open(source, resources.options()));
    questionAnswerer =
        model(
            "questionAnswerer",
            sources,
            source -> LoadedQuestionAnswerer.open(source, resources.options()));
    embedder =
        model("embedder", sources, source -> LoadedEmbedder.open(source, resources.options()));
    maskFiller =
        model("maskFiller", sources, source -> LoadedMaskFiller.open(source, resources.options()));
    ranker = model("ranker", sources, source -> LoadedRanker.open(source, resources.options()));
    generative = new SharedModels(execution, prompts);
    translator = writer("translator", "translation", sources, Translator::task, TaskModels::bytes);
    summarizer =
        writer("summarizer", "summarization", sources, Summarizer::task, TaskModels::bytes);
    textToText =
        writer(
            "textToText", "writing text from text", sources, TextToText::task, TaskModels::bytes);
    generator =
        new GeneratorModel(() -> sources.apply("generator"), generative, timeout, listeners);
  }

  private <O, R> TaskModel<O, R> model(
      String task,
      Function<String, ModelSource> sources,
      Function<ModelSource, LoadedTask<O, R>> opener) {
    return new TaskModel<>(task, () -> sources.apply(task), opener, resources);
  }

  private <R> TaskModel<WritingOptions, R> writer(
      String task,
      String what,
      Function<String, ModelSource> sources,
      BiFunction<GenerativeModel, Tokenizer, WritingTask<R>> kind,
      ToIntFunction<R> weigher) {
    return model(
        task,
        sources,
        source ->
            LoadedWriter.of(
                generative.get(source), what, kind, weigher, resources.pool(), resources.queue()));
  }

  private static int bytes(Translation result) {
    return bytes(result.alternatives()) + pieceBytes(result.pieces());
  }

  private static int bytes(Summary result) {
    return bytes(result.alternatives()) + pieceBytes(result.pieces());
  }

  private static int bytes(Generation result) {
    return result.sequences().stream()
        .mapToInt(
            each -> RECORD_BYTES + 2 * each.text().length() + TOKEN_BYTES * each.tokenIds().size())
        .sum();
  }

  private static int bytes(List<String> texts) {
    return texts.stream().mapToInt(text -> RECORD_BYTES + 2 * text.length()).sum();
  }

  private static int pieceBytes(List<TextPiece> pieces) {
    return pieces.stream().mapToInt(piece -> RECORD_BYTES + bytes(piece.generation())).sum();
  }

  /** Classification with the model's own settings. */
  public TextClassifier classifier() {
    return new TextClassifier(new BoundTask<>(classifier, ClassificationOptions.DEFAULT, timeout));
  }

  /** Entity extraction with the SDK's default options. */
  public EntityExtractor entityExtractor() {
    return new EntityExtractor(new BoundTask<>(entityExtractor, EntityOptions.DEFAULT, timeout));
  }

  /** Question answering with the defaults of the reference. */
  public QuestionAnswerer questionAnswerer() {
    return new QuestionAnswerer(new BoundTask<>(questionAnswerer, AnswerOptions.DEFAULT, timeout));
  }

  /** Embeddings as the model makes them. */
  public TextEmbedder embedder() {
    return new TextEmbedder(new BoundTask<>(embedder, EmbeddingOptions.DEFAULT, timeout));
  }

  /** Filling of masks with the defaults of the reference. */
  public MaskFiller maskFiller() {
    return new MaskFiller(new BoundTask<>(maskFiller, MaskOptions.DEFAULT, timeout));
  }

  /** Ranking with the model's usual scores. */
  public PairRanker ranker() {
    return new PairRanker(new BoundTask<>(ranker, RankOptions.DEFAULT, timeout));
  }

  /** Translation, sentence by sentence. */
  public Translator translator() {
    return new Translator(new BoundTask<>(translator, Translator.DEFAULT, timeout));
  }

  /** Summaries with the settings that come with the model. */
  public Summarizer summarizer() {
    return new Summarizer(new BoundTask<>(summarizer, Summarizer.DEFAULT, timeout));
  }

  /** Text from text with the settings that come with the model. */
  public TextToText textToText() {
    return new TextToText(new BoundTask<>(textToText, TextToText.DEFAULT, timeout));
  }

  /** Text generation with the settings that come with the model. */
  public TextGenerator generator() {
    return generator.view();
  }

  /** What was reused of prompts. */
  public PromptCacheStatistics promptCache() {
    return generator.promptCache();
  }

  /** Models in memory now. */
  public int loaded() {
    return (int) all().stream().filter(ModelHandle::isLoaded).count();
  }

  /** The models of all tasks, whether there is one or not. */
  public List<ModelHandle> all() {
    List<ModelHandle> all = new ArrayList<>(texts());
    all.add(generator);
    return all;
  }

  private List<TaskModel<?, ?>> texts() {
    return List.of(
        classifier,
        entityExtractor,
        questionAnswerer,
        embedder,
        maskFiller,
        ranker,
        translator,
        summarizer,
        textToText);
  }

  /** Refuses further calls, waits for those in flight and frees the models. May be repeated. */
  @Override
  public void close() {
    close(false);
  }

  /**
   * As {@link #close()}.
   *
   * @param terminate whether to end the calls in flight early
   */
  public void close(boolean terminate) {
    texts().forEach(task -> task.close(terminate));
    generator.close(terminate);
    generative.close();
    resources.pool().close();
  }
}
