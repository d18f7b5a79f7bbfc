package io.parlance.samples.batch;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Says what a run of the job has done, and what is in the tables now. */
final class JobReport {
  private static final int EXAMPLES = 10;

  private final JdbcClient jdbc;
  private final DataSource dataSource;
  private final Progress progress;
  private final JobOptions options;
  private final DocumentTasks tasks;
  private final Console console;

  JobReport(
      JdbcClient jdbc,
      DataSource dataSource,
      Progress progress,
      JobOptions options,
      DocumentTasks tasks,
      Console console) {
    this.jdbc = jdbc;
    this.dataSource = dataSource;
    this.progress = progress;
    this.options = options;
    this.tasks = tasks;
    this.console = console;
  }

  /**
   * Prints it.
   *
   * @param stopped whether the job was told to stop
   */
  JobOutcome print(JobExecution execution, Run run, boolean stopped) throws SQLException {
    boolean complete = execution.getStatus() == BatchStatus.COMPLETED;
    if (!complete) {
      unfinished(execution, stopped);
    }
    line("%s", processed(execution));
    line(
        "all documents of %s: %,d with results, %,d skipped, %,d to be processed",
        options.input(), count(run, "DONE"), count(run, "SKIPPED"), count(run, "PENDING"));
    examples(
        "skipped (cause, document, message)",
        "SELECT cause || '  ' || name || '  ' || message FROM skipped_document"
            + " JOIN document ON id = document_id WHERE input_id = ? ORDER BY id",
        run);
    for (DocumentTask<?> task : tasks.tasks()) {
      results(task.name(), run);
    }
    line("%s", database());
    if (!complete) {
      return JobOutcome.UNFINISHED;
    }
    return count(run, "SKIPPED") > 0 ? JobOutcome.SKIPPED : JobOutcome.DONE;
  }

  private void unfinished(JobExecution execution, boolean stopped) {
    if (stopped) {
      console.messages().println("stopped; the same command goes on from here");
      return;
    }
    List<Throwable> failures = execution.getAllFailureExceptions();
    console.messages().println("the job failed; the same command goes on once this is mended:");
    failures.stream()
        .map(JobReport::root)
        .filter(root -> !(root instanceof JobExecutionException) || failures.size() == 1)
        .map(JobReport::described)
        .distinct()
        .forEach(console.messages()::println);
    if (options.verbose()) {
      StringWriter traces = new StringWriter();
      failures.forEach(failure -> failure.printStackTrace(new PrintWriter(traces, true)));
      console.messages().print(traces);
    }
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static String described(Throwable root) {
    return root instanceof TooManySkipsException
        ? "  " + root.getMessage()
        : "  " + root.getClass().getSimpleName() + ": " + root.getMessage();
  }

  private String processed(JobExecution execution) {
    long documents = progress.done() + progress.skips();
    Duration time = Duration.between(execution.getStartTime(), execution.getEndTime());
    return String.format(
        Locale.ROOT,
        "%s%,d documents in %.1f s (%,.1f a second): %,d with results, %,d skipped",
        options.dryRun() ? "dry run: " : "",
        documents,
        time.toMillis() / 1e3,
        documents * 1e3 / Math.max(1, time.toMillis()),
        progress.done(),
        progress.skips());
  }

  private long count(Run run, String state) {
    return jdbc.sql("SELECT COUNT(*) FROM document WHERE input_id = ? AND state = ?")
        .params(run.input(), state)
        .query(Long.class)
        .single();
  }

  private void results(Task task, Run run) {
    switch (task) {
      case CLASSIFY -> {
        if (count(run, "DONE") <= EXAMPLES) {
          examples(
              "labels",
              "SELECT name || '  ' || label || '  ' || CAST(score AS NUMERIC(9, 3))"
                  + " FROM classification JOIN document ON id = document_id"
                  + " WHERE input_id = ? ORDER BY name",
              run);
        } else {
          groups("labels", "classification", "label", run);
        }
      }
      case ENTITIES -> groups("entities", "entity", "type", run);
      case TRANSLATE -> groups("translations to", "translation", "target_language", run);
    }
  }

  private void groups(String heading, String table, String column, Run run) {
    examples(
        heading + ", with their number",
        "SELECT "
            + column
            + " || '  ' || COUNT(*) FROM "
            + table
            + " JOIN document ON document.id = document_id WHERE input_id = ? GROUP BY "
            + column
            + " ORDER BY COUNT(*) DESC, "
            + column,
        run);
  }

  private void examples(String heading, String query, Run run) {
    List<String> rows =
        jdbc.sql(query + " FETCH FIRST " + (EXAMPLES + 1) + " ROWS ONLY")
            .param(run.input())
            .query(String.class)
            .list();
    if (rows.isEmpty()) {
      return;
    }
    List<String> shown = new ArrayList<>(rows.subList(0, Math.min(EXAMPLES, rows.size())));
    if (rows.size() > EXAMPLES) {
      shown.add("...");
    }
    line("%s:", heading);
    shown.forEach(row -> line("  %s", row));
  }

  private String database() throws SQLException {
    if (options.dryRun()) {
      return "a dry run: nothing was kept";
    }
    try (Connection connection = dataSource.getConnection()) {
      return "database: " + connection.getMetaData().getURL();
    }
  }

  private void line(String format, Object... arguments) {
    console.out().println(String.format(Locale.ROOT, format, arguments));
  }
}
