package io.parlance.samples.batch;

import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.DocumentResult;
import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.TextInput;
import io.parlance.task.TextTask;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of the things that are done with each document.
 *
 * @param name which
 * @param model where its model comes from, and the languages that it is asked for
 * @param task does it
 * @param table keeps the results
 */
record DocumentTask<R>(Task name, String model, TextTask<R> task, ResultTable<R> table) {

  /** Writes results, by key of their documents. */
  @FunctionalInterface
  interface ResultTable<R> {
    void insert(Map<Long, R> results);
  }

  /** What became of documents: a result or a failure for each of them. */
  record Outcome<R>(
      DocumentTask<R> task, Map<Long, R> results, Map<LoadedDocument, NlpException> failures) {

    /** Writes the results of these documents, which all have one. */
    void save(List<LoadedDocument> documents) {
      Map<Long, R> saved = new LinkedHashMap<>();
      documents.forEach(document -> saved.put(document.id(), results.get(document.id())));
      task.table().insert(saved);
    }
  }

  /**
   * Runs documents through the model, all in one call, so that those of similar length share a run.
   *
   * @throws NlpException if not a document but the model is what fails
   */
  Outcome<R> attempt(List<LoadedDocument> documents) {
    List<@Nullable TextInput> inputs =
        documents.stream().<@Nullable TextInput>map(each -> TextInput.of(each.text())).toList();
    List<DocumentResult<R>> attempts = task.attemptAll(inputs);
    Map<Long, R> results = new LinkedHashMap<>();
    Map<LoadedDocument, NlpException> failures = new LinkedHashMap<>();
    for (int i = 0; i < attempts.size(); i++) {
      NlpException error = attempts.get(i).error();
      if (error == null) {
        results.put(documents.get(i).id(), attempts.get(i).get());
      } else if (concernsDocument(error)) {
        failures.put(documents.get(i), error);
      } else {
        throw error;
      }
    }
    return new Outcome<>(this, results, failures);
  }

  /** A document that was not processed because the job is being stopped must not be skipped. */
  private static boolean concernsDocument(NlpException error) {
    return !(error instanceof CancelledException)
        && (error instanceof InvalidInputException
            || error instanceof DeadlineExceededException
            || error.getClass() == NlpException.class);
  }
}
