package io.parlance.samples.batch;

import java.util.List;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The tables of inputs and of the runs over them. */
final class Runs {
  private static final int LONGEST_LOCATION = 800;

  private final JdbcClient jdbc;

  Runs(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * A run that has begun.
   *
   * @param work its tasks and their models
   */
  record Begun(long number, String work) {}

  /** The key of an input, which is made if there is none. */
  long input(String location) {
    if (location.length() > LONGEST_LOCATION) {
      throw new InvalidOptionException(
          "the path of the input has more than " + LONGEST_LOCATION + " characters: " + location);
    }
    Optional<Long> known = find(location);
    if (known.isPresent()) {
      return known.get();
    }
    try {
      jdbc.sql("INSERT INTO document_input (location) VALUES (?)").param(location).update();
    } catch (DuplicateKeyException e) {
      // another process came first
    }
    return find(location).orElseThrow();
  }

  private Optional<Long> find(String location) {
    return jdbc.sql("SELECT id FROM document_input WHERE location = ?")
        .param(location)
        .query(Long.class)
        .optional();
  }

  /** The run that began last. */
  Optional<Begun> last(long input) {
    return jdbc.sql(
            "SELECT number, work FROM document_run WHERE input_id = ?"
                + " ORDER BY number DESC FETCH FIRST 1 ROWS ONLY")
        .param(input)
        .query((row, i) -> new Begun(row.getLong("number"), row.getString("work")))
        .optional();
  }

  /** Notes that a run begins. */
  void begin(Run run, String work) {
    jdbc.sql("INSERT INTO document_run (input_id, number, work) VALUES (?, ?, ?)")
        .params(run.input(), run.number(), work)
        .update();
  }

  /** Notes what a run processes. */
  void plan(Run run, RunPlan plan) {
    jdbc.sql(
            "UPDATE document_run SET first_document = ?, last_document = ?, documents = ?,"
                + " partitions = ? WHERE input_id = ? AND number = ?")
        .params(
            List.of(
                plan.first(),
                plan.last(),
                plan.documents(),
                plan.partitions(),
                run.input(),
                run.number()))
        .update();
  }

  /** What a run processes, as its plan step noted it. */
  RunPlan plan(Run run) {
    return jdbc.sql(
            "SELECT first_document, last_document, documents, partitions FROM document_run"
                + " WHERE input_id = ? AND number = ?")
        .params(run.input(), run.number())
        .query(
            (row, i) ->
                new RunPlan(
                    row.getLong("first_document"),
                    row.getLong("last_document"),
                    row.getLong("documents"),
                    row.getInt("partitions")))
        .single();
  }
}
