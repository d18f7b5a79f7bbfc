package io.parlance.samples.batch;

import io.parlance.Classification;
import io.parlance.Entity;
import io.parlance.EntityExtraction;
import io.parlance.Nlp;
import io.parlance.Translation;
import io.parlance.spring.ParlanceProperties;
import io.parlance.task.ModelHandle;
import io.parlance.task.Translator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The tasks of the job.
 *
 * @param tasks at least one, in the order of {@link Task}
 */
record DocumentTasks(List<DocumentTask<?>> tasks) {

  /**
   * Those that the options name; else classification, and the others where a property names a
   * model.
   *
   * @throws InvalidOptionException if there is no model for one of them
   */
  static DocumentTasks of(
      Nlp nlp, ParlanceProperties properties, JobOptions options, JdbcTemplate jdbc) {
    Map<String, String> models =
        nlp.models().stream()
            .collect(Collectors.toMap(ModelHandle::task, model -> model.source().toString()));
    List<DocumentTask<?>> tasks = new ArrayList<>();
    for (Task task : Task.values()) {
      String model = models.get(task.model());
      boolean wanted =
          options.tasks().isEmpty()
              ? task == Task.CLASSIFY || task.isNamed(properties)
              : options.tasks().contains(task);
      if (!options.tasks().isEmpty() && wanted && model == null) {
        throw new InvalidOptionException(
            "--tasks names "
                + task
                + ", which has no model; name one with --"
                + task.property()
                + "=FOLDER");
      }
      if (model != null && wanted) {
        tasks.add(task(task, model, nlp, options, jdbc));
      }
    }
    if (tasks.isEmpty()) {
      throw new InvalidOptionException(
          "there is no model to run; name one, such as with --"
              + Task.CLASSIFY.property()
              + "=FOLDER");
    }
    boolean translates = tasks.stream().anyMatch(task -> task.name() == Task.TRANSLATE);
    if (!translates && (options.from() != null || options.to() != null)) {
      throw new InvalidOptionException(
          "--from and --to are given, but nothing is translated; name a model with --"
              + Task.TRANSLATE.property()
              + "=FOLDER");
    }
    return new DocumentTasks(List.copyOf(tasks));
  }

  private static DocumentTask<?> task(
      Task task, String model, Nlp nlp, JobOptions options, JdbcTemplate jdbc) {
    return switch (task) {
      case CLASSIFY ->
          new DocumentTask<>(
              task, model, nlp.classifier().topK(1), results -> classifications(jdbc, results));
      case ENTITIES ->
          new DocumentTask<>(
              task, model, nlp.entityExtractor(), results -> entities(jdbc, results));
      case TRANSLATE ->
          new DocumentTask<>(
              task,
              model + languages(options),
              translator(nlp, options),
              results -> translations(jdbc, results));
    };
  }

  private static Translator translator(Nlp nlp, JobOptions options) {
    Translator translator = nlp.translator();
    if (options.from() != null) {
      translator = translator.from(options.from());
    }
    return options.to() == null ? translator : translator.to(options.to());
  }

  private static String languages(JobOptions options) {
    return (options.from() == null ? "" : " from " + options.from())
        + (options.to() == null ? "" : " to " + options.to());
  }

  /** Tasks and models, by which runs are compared. */
  String work() {
    return tasks.stream()
        .map(task -> task.name() + " by " + task.model())
        .collect(Collectors.joining(", "));
  }

  private static void classifications(JdbcTemplate jdbc, Map<Long, Classification> results) {
    List<Object[]> rows = new ArrayList<>();
    results.forEach(
        (document, result) ->
            rows.add(new Object[] {document, result.label(), result.score(), result.truncated()}));
    jdbc.batchUpdate(
        "INSERT INTO classification (document_id, label, score, truncated) VALUES (?, ?, ?, ?)",
        rows);
  }

  private static void entities(JdbcTemplate jdbc, Map<Long, EntityExtraction> results) {
    List<Object[]> rows = new ArrayList<>();
    results.forEach(
        (document, result) -> {
          int place = 0;
          for (Entity entity : result.entities()) {
            rows.add(
                new Object[] {
                  document,
                  place++,
                  entity.entity(),
                  entity.text(),
                  entity.score(),
                  entity.start(),
                  entity.end()
                });
          }
        });
    jdbc.batchUpdate(
        "INSERT INTO entity (document_id, place, type, text, score, start_offset, end_offset)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows);
  }

  private static void translations(JdbcTemplate jdbc, Map<Long, Translation> results) {
    List<Object[]> rows = new ArrayList<>();
    results.forEach(
        (document, result) ->
            rows.add(
                new Object[] {
                  document,
                  CleanText.of(result.text()),
                  result.from(),
                  result.to(),
                  result.isComplete()
                }));
    jdbc.batchUpdate(
        "INSERT INTO translation"
            + " (document_id, text, source_language, target_language, complete)"
            + " VALUES (?, ?, ?, ?, ?)",
        rows);
  }

  @Override
  public String toString() {
    return Arrays.toString(tasks.stream().map(DocumentTask::name).toArray());
  }
}
