package io.parlance.task;

import io.parlance.DocumentProgress;
import io.parlance.DocumentResult;
import io.parlance.InvalidInputException;
import io.parlance.TextInput;
import io.parlance.runtime.RunControl;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A job over any number of documents of any length, in bounded memory: documents are taken in
 * windows, run sorted by length inside the window, and given back in their order. A document that
 * cannot be processed becomes an error result, and the job goes on. Immutable.
 *
 * <pre>{@code
 * try (Stream<DocumentResult<Classification>> results =
 *     nlp.classifier().documents().onProgress(System.err::println).process(texts)) {
 *   results.forEach(result -> save(result));
 * }
 * }</pre>
 *
 * @param <R> the result for one document
 */
public final class DocumentBatch<R> {
  private static final int DOCUMENTS = 256;
  private static final long CHARACTERS = 4 << 20;

  private final BoundTask<?, R> task;
  private final int window;
  private final @Nullable Consumer<DocumentProgress> listener;

  DocumentBatch(BoundTask<?, R> task) {
    this(task, DOCUMENTS, null);
  }

  private DocumentBatch(
      BoundTask<?, R> task, int window, @Nullable Consumer<DocumentProgress> listener) {
    this.task = task;
    this.window = window;
    this.listener = listener;
  }

  /**
   * Takes so many documents at a time; 256 by default, and never more than 4 million characters.
   * More of them sort better, fewer come back sooner.
   *
   * @param documents at least 1
   */
  public DocumentBatch<R> window(int documents) {
    if (documents < 1) {
      throw new InvalidInputException("a window of " + documents + " documents must be at least 1");
    }
    return new DocumentBatch<>(task, documents, listener);
  }

  /** Tells how far the job is, after each window, on the thread that takes the results. */
  public DocumentBatch<R> onProgress(Consumer<DocumentProgress> progress) {
    return new DocumentBatch<>(task, window, progress);
  }

  /** As {@link #processInputs}, for documents that are one text each. */
  public Stream<DocumentResult<R>> process(Stream<String> texts) {
    Iterator<@Nullable String> each = texts.iterator();
    return results(
            new Iterator<@Nullable TextInput>() {
              @Override
              public boolean hasNext() {
                return each.hasNext();
              }

              @Override
              public @Nullable TextInput next() {
                String text = each.next();
                return text == null ? null : TextInput.of(text);
              }
            })
        .onClose(texts::close);
  }

  /**
   * Processes documents as the results are taken.
   *
   * @param inputs a null among them is a document that cannot be processed
   * @return results in the order of the documents, to be taken by one thread. Closing it, which any
   *     thread may do, cancels the job: what runs is stopped, and taking further results throws
   *     {@link io.parlance.CancelledException}. Closing also closes the inputs.
   */
  public Stream<DocumentResult<R>> processInputs(Stream<TextInput> inputs) {
    return results(inputs.iterator()).onClose(inputs::close);
  }

  private Stream<DocumentResult<R>> results(Iterator<@Nullable TextInput> documents) {
    RunControl control = RunControl.create();
    Spliterator<DocumentResult<R>> results =
        Spliterators.spliteratorUnknownSize(
            new Job(documents, control), Spliterator.ORDERED | Spliterator.NONNULL);
    return StreamSupport.stream(results, false).onClose(control::cancel);
  }

  private final class Job implements Iterator<DocumentResult<R>> {
    private final Iterator<@Nullable TextInput> documents;
    private final RunControl control;
    private final Queue<DocumentResult<R>> ready = new ArrayDeque<>();
    private final long start = System.nanoTime();
    private long taken;
    private long failed;

    Job(Iterator<@Nullable TextInput> documents, RunControl control) {
      this.documents = documents;
      this.control = control;
    }

    @Override
    public boolean hasNext() {
      if (ready.isEmpty() && documents.hasNext()) {
        control.check();
        processWindow();
      }
      return !ready.isEmpty();
    }

    @Override
    public DocumentResult<R> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.remove();
    }

    private void processWindow() {
      List<@Nullable TextInput> taking = new ArrayList<>();
      long characters = 0;
      while (taking.size() < window && characters < CHARACTERS && documents.hasNext()) {
        TextInput document = documents.next();
        taking.add(document);
        characters += document == null ? 0 : document.text().length();
      }
      for (DocumentResult<R> result : task.attemptAll(taking, control)) {
        failed += result.succeeded() ? 0 : 1;
        ready.add(new DocumentResult<>(taken, result.result(), result.error()));
        taken++;
      }
      if (listener != null) {
        listener.accept(new DocumentProgress(taken, failed, System.nanoTime() - start));
      }
    }
  }
}
