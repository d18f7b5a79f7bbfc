package io.parlance.samples.batch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run of the job is to do.
 *
 * @param input a folder of documents, or a JSON Lines file
 * @param tasks what to do with each document; empty for everything that there is a model for
 * @param textField field of a JSON line with the text
 * @param idField field of a JSON line with the name of the document
 * @param from language of the documents, or null for what the translator's files say
 * @param to language to translate to, or null for what the translator's files say
 * @param limit the most documents to process in this run, or null for all
 * @param skipLimit the most documents to skip in one start of the job, or null for any number
 * @param chunkSize documents of one transaction
 * @param parallel chunks in work at the same time
 * @param maximumCharacters the longest document
 * @param dryRun whether the database is thrown away at the end
 * @param again whether results of earlier runs over this input are deleted first
 * @param retrySkipped whether documents that an earlier run skipped are tried again
 * @param verbose whether failures come with their stack traces
 */
record JobOptions(
    Path input,
    Set<Task> tasks,
    String textField,
    String idField,
    @Nullable String from,
    @Nullable String to,
    @Nullable Long limit,
    @Nullable Long skipLimit,
    int chunkSize,
    int parallel,
    int maximumCharacters,
    boolean dryRun,
    boolean again,
    boolean retrySkipped,
    boolean verbose) {
  static final int MOST_PARALLEL = 64;
  static final int MOST_CHUNK = 10_000;

  private static final List<String> JSON_LINES = List.of(".jsonl", ".ndjson");

  JobOptions {
    tasks = Set.copyOf(tasks);
    checkInput(input);
    within("--chunk-size", chunkSize, 1, MOST_CHUNK);
    within("--parallel", parallel, 1, MOST_PARALLEL);
    within("--max-characters", maximumCharacters, 1, Integer.MAX_VALUE / 8);
    if (limit != null) {
      within("--limit", limit, 1, Long.MAX_VALUE);
    }
    if (skipLimit != null) {
      within("--skip-limit", skipLimit, 0, Long.MAX_VALUE);
    }
    if (textField.isEmpty()) {
      throw new InvalidOptionException("--text-field is empty; name a field of the JSON lines");
    }
    if (idField.equals(textField)) {
      throw new InvalidOptionException(
          "--id-field and --text-field are both '" + textField + "'; name two fields");
    }
  }

  private static void checkInput(Path input) {
    if (!Files.exists(input)) {
      throw new InvalidOptionException(
          "input " + input + " does not exist; name a folder of documents or a .jsonl file");
    }
    if (!Files.isReadable(input)) {
      throw new InvalidOptionException("input " + input + " may not be read by this user");
    }
    if (!Files.isDirectory(input) && JSON_LINES.stream().noneMatch(input.toString()::endsWith)) {
      throw new InvalidOptionException(
          "input "
              + input
              + " is neither a folder nor a JSON Lines file ("
              + String.join(", ", JSON_LINES)
              + "); unpack it, or name the folder that it lies in");
    }
  }

  private static void within(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InvalidOptionException(
          option
              + " is "
              + value
              + "; it must be at least "
              + least
              + (most == Long.MAX_VALUE ? "" : " and at most " + most));
    }
  }
}
