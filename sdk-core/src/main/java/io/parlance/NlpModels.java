package io.parlance;

import io.parlance.model.ModelSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Which model each task of an {@link Nlp} uses. Not thread-safe.
 *
 * @param <B> the builder
 */
abstract class NlpModels<B extends NlpModels<B>> {
  private final Map<String, ModelSource> sources = new HashMap<>();

  /** This. */
  abstract B self();

  /** What was chosen so far, by the names of the tasks. */
  final Map<String, ModelSource> given() {
    return Map.copyOf(sources);
  }

  private B model(String task, ModelSource source) {
    sources.put(task, source);
    return self();
  }

  /**
   * The model for classification: a folder, {@code hf:organisation/name}, or {@code classpath:...}.
   */
  public final B classifier(String source) {
    return classifier(ModelSource.of(source));
  }

  /** The model for classification, in a folder. */
  public final B classifier(Path folder) {
    return classifier(ModelSource.of(folder));
  }

  /** The model for classification. */
  public final B classifier(ModelSource source) {
    return model("classifier", source);
  }

  /** The model for entity extraction: a folder, or {@code classpath:some/folder}. */
  public final B entityExtractor(String source) {
    return entityExtractor(ModelSource.of(source));
  }

  /** The model for entity extraction, in a folder. */
  public final B entityExtractor(Path folder) {
    return entityExtractor(ModelSource.of(folder));
  }

  /** The model for entity extraction. */
  public final B entityExtractor(ModelSource source) {
    return model("entityExtractor", source);
  }

  /** The model for question answering: a folder, or {@code classpath:some/folder}. */
  public final B questionAnswerer(String source) {
    return questionAnswerer(ModelSource.of(source));
  }

  /** The model for question answering, in a folder. */
  public final B questionAnswerer(Path folder) {
    return questionAnswerer(ModelSource.of(folder));
  }

  /** The model for question answering. */
  public final B questionAnswerer(ModelSource source) {
    return model("questionAnswerer", source);
  }

  /** The model for embeddings: a folder, {@code classpath:some/folder} or {@code hf:org/name}. */
  public final B embedder(String source) {
    return embedder(ModelSource.of(source));
  }

  /** The model for embeddings, in a folder. */
  public final B embedder(Path folder) {
    return embedder(ModelSource.of(folder));
  }

  /** The model for embeddings. */
  public final B embedder(ModelSource source) {
    return model("embedder", source);
  }

  /**
   * The model for filling masks: a folder, {@code classpath:some/folder} or {@code hf:org/name}.
   */
  public final B maskFiller(String source) {
    return maskFiller(ModelSource.of(source));
  }

  /** The model for filling masks, in a folder. */
  public final B maskFiller(Path folder) {
    return maskFiller(ModelSource.of(folder));
  }

  /** The model for filling masks. */
  public final B maskFiller(ModelSource source) {
    return model("maskFiller", source);
  }

  /**
   * The model for ranking documents: a folder, {@code classpath:some/folder} or {@code
   * hf:org/name}.
   */
  public final B ranker(String source) {
    return ranker(ModelSource.of(source));
  }

  /** The model for ranking documents, in a folder. */
  public final B ranker(Path folder) {
    return ranker(ModelSource.of(folder));
  }

  /** The model for ranking documents. */
  public final B ranker(ModelSource source) {
    return model("ranker", source);
  }

  /** The model for text generation: a folder, or {@code classpath:some/folder}. */
  public final B generator(String source) {
    return generator(ModelSource.of(source));
  }

  /** The model for text generation, in a folder. */
  public final B generator(Path folder) {
    return generator(ModelSource.of(folder));
  }

  /** The model for text generation. */
  public final B generator(ModelSource source) {
    return model("generator", source);
  }

  /** The model for translation: a folder, {@code classpath:some/folder} or {@code hf:org/name}. */
  public final B translator(String source) {
    return translator(ModelSource.of(source));
  }

  /** The model for translation, in a folder. */
  public final B translator(Path folder) {
    return translator(ModelSource.of(folder));
  }

  /** The model for translation. */
  public final B translator(ModelSource source) {
    return model("translator", source);
  }

  /** The model for summaries: a folder, {@code classpath:some/folder} or {@code hf:org/name}. */
  public final B summarizer(String source) {
    return summarizer(ModelSource.of(source));
  }

  /** The model for summaries, in a folder. */
  public final B summarizer(Path folder) {
    return summarizer(ModelSource.of(folder));
  }

  /** The model for summaries. */
  public final B summarizer(ModelSource source) {
    return model("summarizer", source);
  }

  /**
   * The model for writing text from text: a folder, {@code classpath:some/folder} or {@code
   * hf:org/name}.
   */
  public final B textToText(String source) {
    return textToText(ModelSource.of(source));
  }

  /** The model for writing text from text, in a folder. */
  public final B textToText(Path folder) {
    return textToText(ModelSource.of(folder));
  }

  /** The model for writing text from text. */
  public final B textToText(ModelSource source) {
    return model("textToText", source);
  }
}
