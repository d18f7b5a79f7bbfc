package io.parlance.samples.batch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;

/**
 * Puts documents of the input into the table, those that are there already left out. It may see any
 * of them again after a restart.
 */
final class Registration implements ItemWriter<FoundDocument> {
  private final Documents documents;
  private final Run run;

  Registration(Documents documents, Run run) {
    this.documents = documents;
    this.run = run;
  }

  @Override
  public void write(Chunk<? extends FoundDocument> chunk) {
    if (chunk.isEmpty()) {
      return;
    }
    Map<String, Documents.Known> known =
        documents.known(
            run.input(), chunk.getItems().stream().map(FoundDocument::name).distinct().toList());
    Map<String, FoundDocument> fresh = new LinkedHashMap<>();
    List<FoundDocument> repeated = new ArrayList<>();
    for (FoundDocument document : chunk) {
      Documents.Known old = known.get(document.name());
      if (old == null) {
        if (fresh.putIfAbsent(document.name(), document) != null) {
          repeated.add(document);
        }
      } else if (old.registeredBy() == run.number()) {
        if (isElsewhere(document, old)) {
          repeated.add(document);
        }
      } else if (old.pending()) {
        documents.move(old.id(), run, document.line());
        known.put(
            document.name(), new Documents.Known(old.id(), run.number(), lineOf(document), true));
      }
    }
    documents.register(run, List.copyOf(fresh.values()));
    skip(repeated);
  }

  private static boolean isElsewhere(FoundDocument document, Documents.Known old) {
    return !Objects.equals(lineOf(document), old.line());
  }

  private static @Nullable Long lineOf(FoundDocument document) {
    return document.line() == null ? null : document.line().number();
  }

  /** Lines with the id of another line are documents of their own, which are never processed. */
  private void skip(List<FoundDocument> repeated) {
    if (repeated.isEmpty()) {
      return;
    }
    Map<String, FoundDocument> renamed = new LinkedHashMap<>();
    for (FoundDocument document : repeated) {
      LinePosition line = document.line();
      if (line == null) {
        throw new IllegalStateException(document + " was listed twice");
      }
      String addition = " (" + FoundDocument.nameOfLine(line.number()) + ")";
      renamed.put(
          CleanText.shortened(document.name(), FoundDocument.LONGEST_NAME - addition.length())
              + addition,
          document);
    }
    renamed.keySet().removeAll(documents.known(run.input(), renamed.keySet()).keySet());
    documents.register(
        run,
        renamed.entrySet().stream()
            .map(each -> new FoundDocument(each.getKey(), each.getValue().line()))
            .toList());
    documents
        .known(run.input(), renamed.keySet())
        .forEach(
            (name, row) ->
                documents.skipped(
                    row.id(),
                    name,
                    SkipCause.DUPLICATE_ID,
                    "an earlier line has the same id; that one is processed"));
  }
}
