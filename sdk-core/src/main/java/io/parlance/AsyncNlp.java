package io.parlance;

import io.parlance.task.QuestionAnswerer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The tasks of an {@link Nlp} for callers that do not wait. Calls that are under way at the same
 * time, from however many threads, are joined to runs of several texts. A future fails with what
 * the waiting call throws, or with {@link QueueFullException} where too many calls wait; cancelling
 * it takes the call back. Options are set on the task's view: {@code
 * nlp.classifier().topK(3).submit(TextInput.of(text))}. Thread-safe.
 */
public final class AsyncNlp {
  private final Nlp nlp;

  AsyncNlp(Nlp nlp) {
    this.nlp = nlp;
  }

  /** See {@link Nlp#classify(String)}. */
  public CompletableFuture<Classification> classify(String text) {
    return nlp.classifier().submit(TextInput.of(text));
  }

  /** See {@link Nlp#classify(String, String)}. */
  public CompletableFuture<Classification> classify(String text, String pair) {
    return nlp.classifier().submit(TextInput.pair(text, pair));
  }

  /** See {@link Nlp#extractEntities(String)}. */
  public CompletableFuture<EntityExtraction> extractEntities(String text) {
    return nlp.entityExtractor().submit(TextInput.of(text));
  }

  /** See {@link Nlp#answer(String, String)}. */
  public CompletableFuture<Answers> answer(String question, String context) {
    return nlp.questionAnswerer().submit(QuestionAnswerer.input(question, context));
  }

  /** See {@link Nlp#embed(String)}. */
  public CompletableFuture<Embedding> embed(String text) {
    return nlp.embedder().submit(TextInput.of(text));
  }

  /** See {@link Nlp#fillMask(String)}. */
  public CompletableFuture<MaskFilling> fillMask(String text) {
    return nlp.maskFiller().submit(TextInput.of(text));
  }

  /** See {@link Nlp#rank(String, List)}. */
  public CompletableFuture<List<RankedDocument>> rank(String query, List<String> documents) {
    return nlp.ranker().submit(query, documents);
  }

  /** See {@link Nlp#translate(String)}. */
  public CompletableFuture<Translation> translate(String text) {
    return nlp.translator().submit(TextInput.of(text));
  }

  /** See {@link Nlp#summarize(String)}. */
  public CompletableFuture<Summary> summarize(String text) {
    return nlp.summarizer().submit(TextInput.of(text));
  }

  /** See {@link Nlp#textToText(String)}. */
  public CompletableFuture<Generation> textToText(String text) {
    return nlp.textToText().submit(TextInput.of(text));
  }
}
