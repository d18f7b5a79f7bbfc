package io.parlance.samples.batch;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The command line: options of the job, and properties of Spring Boot beside them. */
@Command(
    name = "documents",
    description =
        "Classifies documents, extracts their entities and translates them, as far as there are"
            + " models, and keeps the results in a database.%n",
    usageHelpAutoWidth = true,
    sortOptions = false,
    footer = {
      "",
      "Properties of Spring Boot are options too, such as --parlance.classifier=FOLDER,"
          + " --parlance.entity-extractor=FOLDER, --parlance.translator=FOLDER and"
          + " --spring.profiles.active=postgresql.",
      "The same command goes on where a run was stopped or killed.",
      "Exit status: 0 every document has results, 3 some were skipped, 1 not finished, 2 wrong"
          + " options or models that cannot be loaded."
    })
final class JobCommand implements Callable<Integer> {
  private static final String DRY_DATABASE = "jdbc:h2:mem:dry-run";

  /** Connections beside those of the chunks: of the job itself, of the lock and to spare. */
  private static final int OTHER_CONNECTIONS = 4;

  private final Console console;
  private final List<String> properties;

  @Parameters(
      paramLabel = "INPUT",
      description = "A folder of documents (text, HTML, PDF, Office), or a JSON Lines file.")
  private Path input;

  @Option(
      names = "--tasks",
      split = ",",
      paramLabel = "TASK",
      description =
          "Of classify, entities, translate; by default the first, and those that a model is named"
              + " for.")
  private Set<Task> tasks = new LinkedHashSet<>();

  @Option(
      names = "--database",
      paramLabel = "FILE",
      description = "H2's file, without .mv.db; ./parlance-documents by default.")
  private @Nullable Path database;

  @Option(names = "--limit", paramLabel = "N", description = "Process at most so many documents.")
  private @Nullable Long limit;

  @Option(
      names = "--dry-run",
      description = "Do everything in a database that is thrown away, and keep nothing.")
  private boolean dryRun;

  @Option(
      names = "--retry-skipped",
      description = "Try documents again that an earlier run skipped.")
  private boolean retrySkipped;

  @Option(
      names = "--again",
      description = "Delete the results for this input and process all of it again.")
  private boolean again;

  @Option(
      names = "--skip-limit",
      paramLabel = "N",
      description = "Fail where more documents must be skipped; any number by default.")
  private @Nullable Long skipLimit;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      defaultValue = "2",
      description = "Chunks in work at the same time; ${DEFAULT-VALUE} by default.")
  private int parallel;

  @Option(
      names = "--chunk-size",
      paramLabel = "N",
      defaultValue = "256",
      description = "Documents of one transaction; ${DEFAULT-VALUE} by default.")
  private int chunkSize;

  @Option(
      names = "--max-characters",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Skip longer documents; ${DEFAULT-VALUE} by default.")
  private int maximumCharacters;

  @Option(
      names = "--text-field",
      paramLabel = "NAME",
      defaultValue = "text",
      description = "Field of JSON lines with the text; '${DEFAULT-VALUE}' by default.")
  private String textField;

  @Option(
      names = "--id-field",
      paramLabel = "NAME",
      defaultValue = "id",
      description = "Field of JSON lines with a unique name; '${DEFAULT-VALUE}' by default.")
  private String idField;

  @Option(names = "--from", paramLabel = "LANGUAGE", description = "Language of the documents.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "LANGUAGE", description = "Language to translate to.")
  private @Nullable String to;

  @Option(names = "--verbose", description = "Show what Spring does, and stack traces.")
  private boolean verbose;

  @Option(names = "--help", usageHelp = true, description = "Show this.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  private JobCommand(Console console, List<String> properties) {
    this.console = console;
    this.properties = properties;
  }

  /** Runs the job and returns the exit status. */
  static int run(Console console, String... arguments) {
    List<String> options = new ArrayList<>();
    List<String> properties = new ArrayList<>();
    for (String argument : arguments) {
      (isProperty(argument) ? properties : options).add(argument);
    }
    return new CommandLine(new JobCommand(console, properties))
        .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(console.messages(), true, StandardCharsets.UTF_8))
        .registerConverter(Task.class, JobCommand::task)
        .setParameterExceptionHandler((e, given) -> wrongUsage(console, e))
        .execute(options.toArray(String[]::new));
  }

  private static Task task(String name) {
    return Arrays.stream(Task.values())
        .filter(task -> task.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected one of " + Arrays.toString(Task.values()) + " but was " + name));
  }

  /** A name with a dot, as all properties have and no option. */
  private static boolean isProperty(String argument) {
    String name = argument.split("=", 2)[0];
    return name.startsWith("--") && name.contains(".");
  }

  private static int wrongUsage(Console console, ParameterException e) {
    console.messages().println("documents: " + e.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(
        e, new PrintWriter(console.messages(), true, StandardCharsets.UTF_8))) {
      console.messages().println("documents --help lists the options");
    }
    return JobOutcome.REFUSED.exitStatus();
  }

  @Override
  public Integer call() throws Exception {
    JobOptions options;
    try {
      options = options();
    } catch (InvalidOptionException e) {
      return refused(e);
    }
    ConfigurableApplicationContext context;
    try {
      context = application(options, console).run(springArguments());
    } catch (RuntimeException reported) {
      return JobOutcome.REFUSED.exitStatus(); // Spring Boot has said why
    }
    try (context) {
      return context.getBean(DocumentJob.class).run().exitStatus();
    } catch (InvalidOptionException e) {
      return refused(e);
    }
  }

  private int refused(InvalidOptionException e) {
    console.messages().println("documents: " + e.getMessage());
    return JobOutcome.REFUSED.exitStatus();
  }

  private JobOptions options() {
    if (database != null && (dryRun || names("spring.datasource.url"))) {
      throw new InvalidOptionException(
          "--database is given together with "
              + (dryRun ? "--dry-run" : "--spring.datasource.url")
              + "; give one of them");
    }
    if (database != null && database.toString().matches(".*[;\"${}].*")) {
      throw new InvalidOptionException(
          "--database " + database + " has one of ; \" $ { }, which H2 takes no file name with");
    }
    return new JobOptions(
        input,
        tasks,
        textField,
        idField,
        from,
        to,
        limit,
        skipLimit,
        chunkSize,
        parallel,
        maximumCharacters,
        dryRun,
        again,
        retrySkipped,
        verbose);
  }

  private boolean names(String property) {
    return properties.stream().anyMatch(each -> each.startsWith("--" + property + "="));
  }

  /** The application with these beans, not started. */
  static SpringApplicationBuilder application(JobOptions options, Console console) {
    return new SpringApplicationBuilder(BatchApplication.class)
        .initializers(
            context -> {
              GenericApplicationContext beans = (GenericApplicationContext) context;
              beans.registerBean(JobOptions.class, () -> options);
              beans.registerBean(Console.class, () -> console);
            });
  }

  /** Properties as they were given, and what options mean for others. */
  private String[] springArguments() {
    Map<String, String> values = new LinkedHashMap<>();
    // Spring Batch tells of failures more than once, with their stacks; the report tells them
    values.put("--logging.level.org.springframework.batch", verbose ? "INFO" : "OFF");
    values.put(
        "--spring.datasource.hikari.maximum-pool-size",
        Integer.toString(parallel + OTHER_CONNECTIONS));
    if (database != null) {
      values.put("--documents.database", database.toAbsolutePath().toString());
    }
    for (String property : properties) {
      String[] parts = property.split("=", 2);
      values.put(parts[0], parts.length == 1 ? "true" : parts[1]);
    }
    if (dryRun) {
      values.put("--spring.datasource.url", DRY_DATABASE);
      values.put("--spring.datasource.username", "sa");
      values.put("--spring.datasource.password", "");
    }
    return values.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .toArray(String[]::new);
  }
}
