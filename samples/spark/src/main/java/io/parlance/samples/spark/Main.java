package io.parlance.samples.spark;

import io.parlance.NlpException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of the job. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 110,
    description =
        "Classifies documents on Spark, and finds their entities; the results are Parquet.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every document has results",
      "3:some have an error instead",
      "2:wrong options, or input or models that are not there",
      "1:the job failed"
    })
public final class Main implements Callable<Integer> {
  private static final int SOME_FAILED = 3;
  private static final int REFUSED = 2;

  @Parameters(
      index = "0",
      paramLabel = "INPUT",
      description = "JSON Lines file or folder of such files (.gz too), anywhere Spark reads from.")
  private String input = "";

  @Option(names = "--output", required = true, description = "Folder for the Parquet files.")
  private String output = "";

  @Option(names = "--overwrite", description = "Replace what is in that folder.")
  private boolean overwrite;

  @Option(
      names = "--text-files",
      description = "INPUT has text files, each a document with its path as id.")
  private boolean textFiles;

  @Option(
      names = "--classifier",
      description = "Folder, classpath: or hf: source. Default: the starter classifier")
  private @Nullable String classifier;

  @Option(names = "--entity-extractor", description = "Source of a token classifier.")
  private @Nullable String entityExtractor;

  @Option(
      names = "--master",
      description =
          "Spark's master, e.g. spark://host:7077. Default: what spark-submit says, local[*]")
  private @Nullable String master;

  @Option(
      names = "--threads",
      description = "Threads of the models in each JVM. Default: the cores that Spark gives it")
  private @Nullable Integer threads;

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description = "A setting of Spark; may be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** Arguments: see {@code --help}. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** As {@link #main}, but gives the exit status back. */
  static int run(String... arguments) {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              line.getErr().println("score: " + rootMessage(e));
              boolean refused =
                  e instanceof AnalysisException
                      || e instanceof IllegalArgumentException
                      || e instanceof NlpException;
              return refused ? REFUSED : 1;
            })
        .execute(arguments);
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  @Override
  public Integer call() throws IOException {
    if (threads != null && threads < 1) {
      throw new IllegalArgumentException("--threads " + threads + " must be at least 1");
    }
    SparkConf configuration = new SparkConf().setAppName("parlance-score");
    settings.forEach(configuration::set);
    if (master != null) {
      configuration.setMaster(master);
    }
    configuration.setIfMissing("spark.master", "local[*]");
    configuration.setIfMissing("spark.ui.enabled", "false");
    try (SparkSession session = SparkSession.builder().config(configuration).getOrCreate()) {
      return score(session);
    }
  }

  private int score(SparkSession session) {
    ScoringSpecification specification =
        new ScoringSpecification(
            classifier,
            entityExtractor,
            threads == null ? coresOfAnExecutor(session.sparkContext()) : threads);
    if (session.sparkContext().isLocal()) { // else the folder may be there on the executors only
      ProcessModels.load(specification);
    }
    ScoringJob job = new ScoringJob(session, specification);
    long start = System.nanoTime();
    Dataset<Row> documents = textFiles ? job.textFiles(input) : job.jsonLines(input);
    SaveMode mode = overwrite ? SaveMode.Overwrite : SaveMode.ErrorIfExists;
    ScoringJob.Counts counts = job.write(documents, output, mode);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.err.printf(
        "%d documents, %d of them with an error, in %.1f s (%.0f a second) -> %s%n",
        counts.all(), counts.failed(), seconds, counts.all() / seconds, output);
    return counts.failed() == 0 ? 0 : SOME_FAILED;
  }

  /** More threads than cores in one JVM would get into each other's way. */
  private static int coresOfAnExecutor(SparkContext context) {
    return context.isLocal()
        ? context.defaultParallelism()
        : context.conf().getInt("spark.executor.cores", Runtime.getRuntime().availableProcessors());
  }
}
