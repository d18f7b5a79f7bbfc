package io.parlance.samples.batch;

import io.parlance.NlpException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;

/**
 * Runs the models over a chunk and writes what they say, in the transaction of the chunk. A writer
 * and not a processor, because it sees all documents of the chunk at once: the SDK sorts them by
 * length and fills its runs, while a processor would hand it one at a time.
 */
final class DocumentScoring implements ItemWriter<LoadedDocument> {
  private final DocumentTasks tasks;
  private final Documents documents;
  private final Skips skips;
  private final Progress progress;

  DocumentScoring(DocumentTasks tasks, Documents documents, Skips skips, Progress progress) {
    this.tasks = tasks;
    this.documents = documents;
    this.skips = skips;
    this.progress = progress;
  }

  @Override
  public void write(Chunk<? extends LoadedDocument> chunk) {
    List<LoadedDocument> good = new ArrayList<>(chunk.getItems());
    List<DocumentTask.Outcome<?>> outcomes = new ArrayList<>();
    for (DocumentTask<?> task : tasks.tasks()) {
      if (good.isEmpty()) {
        break; // all were skipped
      }
      DocumentTask.Outcome<?> outcome = task.attempt(good);
      outcomes.add(outcome);
      outcome.failures().forEach((document, error) -> skip(document, task.name(), error));
      good.removeIf(outcome.failures()::containsKey);
    }
    if (!good.isEmpty()) {
      documents.done(good);
      outcomes.forEach(outcome -> outcome.save(good));
    }
    AfterCommit.run(() -> progress.done(good.size()));
  }

  private void skip(LoadedDocument document, Task task, NlpException error) {
    skips.skip(document.id(), document.name(), SkipCause.MODEL, task + ": " + error.getMessage());
  }
}
