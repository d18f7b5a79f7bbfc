package io.parlance.samples.spark;

import io.parlance.Classification;
import io.parlance.DocumentResult;
import io.parlance.EntityExtraction;
import io.parlance.Nlp;
import io.parlance.task.DocumentBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Scores the documents of a partition, some hundred at a time, so that the models see texts of
 * similar length together; a document that cannot be scored becomes a row with its error.
 *
 * @param specification the models
 */
record DocumentScoring(ScoringSpecification specification)
    implements MapPartitionsFunction<Row, Row> {
  static final String ID = "id";
  static final String TEXT = "text";

  /** A line that is not JSON, as Spark's reader keeps it. */
  static final String BROKEN = "_corrupt_record";

  static final StructType DOCUMENT =
      new StructType()
          .add(ID, DataTypes.StringType)
          .add(TEXT, DataTypes.StringType)
          .add(BROKEN, DataTypes.StringType);

  /** Offsets count UTF-16 units of the text. */
  static final StructType ENTITY =
      new StructType()
          .add("entity", DataTypes.StringType, false)
          .add("score", DataTypes.DoubleType, false)
          .add("start", DataTypes.IntegerType, false)
          .add("end", DataTypes.IntegerType, false)
          .add("text", DataTypes.StringType, false);

  static final StructType RESULT =
      new StructType()
          .add(ID, DataTypes.StringType)
          .add("label", DataTypes.StringType)
          .add("score", DataTypes.DoubleType)
          .add("truncated", DataTypes.BooleanType)
          .add("entities", DataTypes.createArrayType(ENTITY, false))
          .add("error", DataTypes.StringType);

  private static final int WINDOW = 256;

  @Override
  public Iterator<Row> call(Iterator<Row> documents) {
    return new ScoredRows(documents, ProcessModels.of(specification));
  }

  /** Rows of one window at a time, so that memory does not grow with the partition. */
  private final class ScoredRows implements Iterator<Row> {
    private final Iterator<Row> documents;
    private final Nlp nlp;
    private final Queue<Row> ready = new ArrayDeque<>();

    ScoredRows(Iterator<Row> documents, Nlp nlp) {
      this.documents = documents;
      this.nlp = nlp;
    }

    @Override
    public boolean hasNext() {
      return !ready.isEmpty() || documents.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (ready.isEmpty()) {
        score();
      }
      return ready.remove();
    }

    private void score() {
      List<Row> window = new ArrayList<>();
      while (window.size() < WINDOW && documents.hasNext()) {
        window.add(documents.next());
      }
      List<DocumentResult<Classification>> labels = results(nlp.classifier().documents(), window);
      List<DocumentResult<EntityExtraction>> entities =
          specification.entityExtractor() == null
              ? List.of()
              : results(nlp.entityExtractor().documents(), window);
      for (int i = 0; i < window.size(); i++) {
        ready.add(row(window.get(i), labels.get(i), entities.isEmpty() ? null : entities.get(i)));
      }
    }

    private static <R> List<DocumentResult<R>> results(DocumentBatch<R> batch, List<Row> window) {
      try (Stream<DocumentResult<R>> results =
          batch.process(window.stream().map(document -> document.getString(1)))) {
        return results.toList();
      }
    }
  }

  private static Row row(
      Row document,
      DocumentResult<Classification> labels,
      @Nullable DocumentResult<EntityExtraction> entities) {
    String error = error(document, labels, entities);
    if (error != null) {
      return RowFactory.create(document.getString(0), null, null, null, null, error);
    }
    Classification best = labels.get();
    boolean truncated = best.truncated() || entities != null && entities.get().truncated();
    return RowFactory.create(
        document.getString(0),
        best.label(),
        best.score(),
        truncated,
        entities == null ? null : rows(entities.get()),
        null);
  }

  private static @Nullable String error(
      Row document,
      DocumentResult<Classification> labels,
      @Nullable DocumentResult<EntityExtraction> entities) {
    if (!document.isNullAt(2)) {
      return "not a JSON object with a text: " + document.getString(2);
    }
    if (document.isNullAt(1)) {
      return "no field 'text'";
    }
    if (labels.error() != null) {
      return labels.error().getMessage();
    }
    return entities == null || entities.error() == null ? null : entities.error().getMessage();
  }

  private static Row[] rows(EntityExtraction extraction) {
    return extraction.entities().stream()
        .map(
            each ->
                RowFactory.create(
                    each.entity(), each.score(), each.start(), each.end(), each.text()))
        .toArray(Row[]::new);
  }
}
