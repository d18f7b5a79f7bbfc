package io.parlance.samples.batch;

import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

/** The tables of documents and of those that were skipped. */
final class Documents {
  static final String COLUMNS = "id, name, line_number, line_start, line_length, line_checksum";

  /** Rows with {@link #COLUMNS}. */
  static final RowMapper<PendingDocument> PENDING =
      (row, number) -> {
        long line = row.getLong("line_number");
        return new PendingDocument(
            row.getLong("id"),
            row.getString("name"),
            row.wasNull()
                ? null
                : new LinePosition(
                    line,
                    row.getLong("line_start"),
                    row.getInt("line_length"),
                    row.getLong("line_checksum")));
      };

  private static final int LONGEST_MESSAGE = 1000;
  private static final List<String> RESULTS = List.of("classification", "entity", "translation");

  private final JdbcTemplate jdbc;

  Documents(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * What is known of a name.
   *
   * @param registeredBy number of the run that registered it
   * @param line number of its line, or null where it is a file
   */
  record Known(long id, long registeredBy, @Nullable Long line, boolean pending) {}

  /** Those of these names that are registered. */
  Map<String, Known> known(long input, Collection<String> names) {
    Map<String, Known> known = new HashMap<>();
    // a list of names in IN would make H2 read every document of the input
    jdbc.query(
        connection -> {
          PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT id, document.name, registered_by, line_number, state"
                      + " FROM UNNEST(CAST(? AS VARCHAR ARRAY)) AS wanted (name)"
                      + " JOIN document ON input_id = ? AND document.name = wanted.name");
          statement.setArray(1, connection.createArrayOf("VARCHAR", names.toArray()));
          statement.setLong(2, input);
          return statement;
        },
        row -> {
          known.put(
              row.getString("name"),
              new Known(
                  row.getLong("id"),
                  row.getLong("registered_by"),
                  row.getObject("line_number", Long.class),
                  row.getString("state").equals("PENDING")));
        });
    return known;
  }

  /** Adds documents that are to be processed. */
  void register(Run run, List<FoundDocument> documents) {
    List<Object[]> rows = new ArrayList<>(documents.size());
    for (FoundDocument document : documents) {
      LinePosition line = document.line();
      rows.add(
          new Object[] {
            run.input(),
            document.name(),
            run.number(),
            line == null ? null : line.number(),
            line == null ? null : line.start(),
            line == null ? null : line.length(),
            line == null ? null : line.checksum()
          });
    }
    jdbc.batchUpdate(
        "INSERT INTO document (input_id, name, registered_by, line_number, line_start, line_length,"
            + " line_checksum, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'PENDING')",
        rows);
  }

  /** Says where a document that is still to be processed is now. */
  void move(long id, Run run, @Nullable LinePosition line) {
    jdbc.update(
        "UPDATE document SET registered_by = ?, line_number = ?, line_start = ?, line_length = ?,"
            + " line_checksum = ? WHERE id = ?",
        run.number(),
        line == null ? null : line.number(),
        line == null ? null : line.start(),
        line == null ? null : line.length(),
        line == null ? null : line.checksum(),
        id);
  }

  /**
   * Ends the processing of documents, in the transaction that writes their results.
   *
   * @throws IllegalStateException if another process has ended that of one of them
   */
  void done(List<LoadedDocument> documents) {
    int[] changed =
        jdbc.batchUpdate(
            "UPDATE document SET state = 'DONE', processed_at = CURRENT_TIMESTAMP"
                + " WHERE id = ? AND state = 'PENDING'",
            documents.stream().map(document -> new Object[] {document.id()}).toList());
    for (int i = 0; i < changed.length; i++) {
      checkChanged(changed[i], documents.get(i).name());
    }
  }

  /** Ends the processing of a document without results. */
  void skipped(long id, String name, SkipCause cause, String message) {
    checkChanged(
        jdbc.update(
            "UPDATE document SET state = 'SKIPPED', processed_at = CURRENT_TIMESTAMP"
                + " WHERE id = ? AND state = 'PENDING'",
            id),
        name);
    jdbc.update(
        "INSERT INTO skipped_document (document_id, cause, message) VALUES (?, ?, ?)",
        id,
        cause.name(),
        CleanText.shortened(message, LONGEST_MESSAGE));
  }

  private static void checkChanged(int rows, String name) {
    if (rows != 1) {
      throw new IllegalStateException(
          "document '"
              + name
              + "' is not to be processed any more: does another process work on this database?");
    }
  }

  /** Makes those that were skipped ones to be processed, except lines with the id of another. */
  void retrySkipped(long input) {
    String skipped = " IN (SELECT document_id FROM skipped_document WHERE cause <> ?)";
    jdbc.update(
        "UPDATE document SET state = 'PENDING', processed_at = NULL"
            + " WHERE input_id = ? AND state = 'SKIPPED' AND id"
            + skipped,
        input,
        SkipCause.DUPLICATE_ID.name());
    jdbc.update(
        "DELETE FROM skipped_document WHERE document_id IN"
            + " (SELECT id FROM document WHERE input_id = ? AND state = 'PENDING')",
        input);
  }

  /** Deletes the documents of an input with all that is known of them. */
  void forget(long input) {
    List<String> tables = new ArrayList<>(RESULTS);
    tables.add("skipped_document");
    for (String table : tables) {
      jdbc.update(
          "DELETE FROM "
              + table
              + " WHERE document_id IN (SELECT id FROM document WHERE input_id = ?)",
          input);
    }
    jdbc.update("DELETE FROM document WHERE input_id = ?", input);
  }

  /** Documents of an input between two keys that are to be processed. */
  long pending(long input, long first, long last) {
    Long count =
        jdbc.queryForObject(
            "SELECT COUNT(*) FROM document"
                + " WHERE input_id = ? AND state = 'PENDING' AND id BETWEEN ? AND ?",
            Long.class,
            input,
            first,
            last);
    return count == null ? 0 : count;
  }

  /**
   * Which documents of an input are to be processed now.
   *
   * @param limit the most of them, or null for all
   */
  RunPlan plan(long input, @Nullable Long limit, int chunkSize) {
    String pending = " FROM document WHERE input_id = ? AND state = 'PENDING'";
    Long first = jdbc.queryForObject("SELECT MIN(id)" + pending, Long.class, input);
    if (first == null) {
      return RunPlan.of(0, -1, 0, chunkSize);
    }
    List<Long> cut =
        limit == null
            ? List.of()
            : jdbc.queryForList(
                "SELECT id" + pending + " ORDER BY id OFFSET ? ROWS FETCH NEXT 1 ROWS ONLY",
                Long.class,
                input,
                limit - 1);
    Long last =
        cut.isEmpty()
            ? jdbc.queryForObject("SELECT MAX(id)" + pending, Long.class, input)
            : cut.get(0);
    if (last == null) {
      throw new IllegalStateException("documents of input " + input + " vanished");
    }
    return RunPlan.of(first, last, pending(input, first, last), chunkSize);
  }
}
