package io.parlance.samples.batch;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.management.OperatingSystemMXBean;
import io.parlance.Classification;
import io.parlance.DocumentResult;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Documents a second of the job beside a plain loop over the SDK, which reads the same lines and
 * keeps nothing. Each measurement has a process of its own, and the two take turns.
 */
@Command(
    name = "benchmark",
    description = "Compares the job with a plain loop over the SDK.",
    mixinStandardHelpOptions = true)
final class Benchmark implements Callable<Integer> {
  private static final String[] PHRASES = {
    "Where is the card that I ordered last week?",
    "I was charged twice for the same dinner.",
    "Please tell me which exchange rate you use abroad.",
    "The machine kept my card and gave me no money.",
    "How can I choose a new PIN?",
    "A transfer to my landlord has not arrived yet."
  };
  private static final int MOST_PHRASES = 12;
  private static final Pattern MEASURED =
      Pattern.compile("seconds ([0-9.]+) processor ([0-9.]+) peak ([0-9]+)");

  @Option(names = "--documents", split = ",", defaultValue = "10000,100000")
  private int[] documents;

  @Option(names = "--rounds", defaultValue = "3")
  private int rounds;

  @Option(names = "--heap", defaultValue = "512m", description = "Heap of each process.")
  private String heap;

  private Benchmark() {}

  /** Measures, or, called by itself, is what is measured: {@code loop FILE}, {@code job FILE}. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 2 && arguments[0].equals("loop")) {
      loop(Path.of(arguments[1]));
    } else if (arguments.length == 2 && arguments[0].equals("job")) {
      job(Path.of(arguments[1]));
    } else {
      System.exit(new CommandLine(new Benchmark()).execute(arguments));
    }
  }

  /** What a process says of itself. Peak memory is that from its start to its end. */
  private record Measured(double seconds, double processorSeconds, long peakMegabytes) {}

  private interface Work {
    void run() throws Exception;
  }

  /** Runs it and says how it was, without what was made ready before. */
  private static void measured(Work work) throws Exception {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long processor = system.getProcessCpuTime();
    long start = System.nanoTime();
    work.run();
    System.out.printf(
        Locale.ROOT,
        "seconds %.3f processor %.3f peak %d%n",
        (System.nanoTime() - start) / 1e9,
        (system.getProcessCpuTime() - processor) / 1e9,
        peakMegabytes());
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    System.out.println(
        "| documents | way | a second, median (best) | time / loop's | processor time / loop's"
            + " | peak memory |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    Path folder = Files.createTempDirectory("documents-benchmark");
    try {
      for (int count : documents) {
        Path file = write(folder.resolve(count + ".jsonl"), count);
        List<Measured> loops = new ArrayList<>();
        List<Measured> jobs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
          loops.add(measure("loop", file));
          jobs.add(measure("job", file));
        }
        print(count, loops, jobs);
      }
    } finally {
      delete(folder);
    }
    return 0;
  }

  private static void print(int count, List<Measured> loops, List<Measured> jobs) {
    row(count, "plain loop", loops, loops);
    row(count, "job", jobs, loops);
  }

  private static void row(int count, String way, List<Measured> measured, List<Measured> beside) {
    double median = median(measured, Measured::seconds);
    double best = best(measured);
    System.out.printf(
        Locale.ROOT,
        "| %,d | %s | %.0f (%.0f) | %.2f (%.2f) | %.2f | %d MB |%n",
        count,
        way,
        count / median,
        count / best,
        median / median(beside, Measured::seconds),
        best / best(beside),
        median(measured, Measured::processorSeconds) / median(beside, Measured::processorSeconds),
        measured.stream().mapToLong(Measured::peakMegabytes).max().orElseThrow());
  }

  private static double median(List<Measured> measured, ToDoubleFunction<Measured> figure) {
    double[] sorted = measured.stream().mapToDouble(figure).sorted().toArray();
    return (sorted[sorted.length / 2] + sorted[(sorted.length - 1) / 2]) / 2;
  }

  private static double best(List<Measured> measured) {
    return measured.stream().mapToDouble(Measured::seconds).min().orElseThrow();
  }

  private Measured measure(String way, Path file) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:TieredStopAtLevel=1", // as samples/batch/documents has it
                "-cp",
                System.getProperty("java.class.path"),
                Benchmark.class.getName(),
                way,
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the " + way + " failed: " + out);
    }
    Matcher measured = MEASURED.matcher(out);
    if (!measured.find()) {
      throw new IllegalStateException("the " + way + " said: " + out);
    }
    return new Measured(
        Double.parseDouble(measured.group(1)),
        Double.parseDouble(measured.group(2)),
        Long.parseLong(measured.group(3)));
  }

  /** Texts of one to twelve sentences, no two alike. */
  private static Path write(Path file, int count) throws IOException {
    Random random = new Random(1);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        StringBuilder text = new StringBuilder("Ticket " + i + ":");
        int sentences = 1 + random.nextInt(MOST_PHRASES);
        for (int j = 0; j < sentences; j++) {
          text.append(' ').append(PHRASES[random.nextInt(PHRASES.length)]);
        }
        out.write("{\"id\": \"" + i + "\", \"text\": \"" + text + "\"}\n");
      }
    }
    return file;
  }

  private static void loop(Path file) throws Exception {
    try (Nlp nlp = Nlp.builder().cache(CachePolicy.none()).build()) {
      nlp.classifier().labels(); // loads the model, as the start of Spring does
      measured(
          () -> {
            try (Stream<String> lines = Files.lines(file);
                Stream<DocumentResult<Classification>> results =
                    nlp.classifier().topK(1).documents().process(lines.map(Benchmark::text))) {
              check(results.filter(result -> !result.succeeded()).count() == 0, "a document");
            }
          });
    }
  }

  private static String text(String line) {
    JsonObject object = JsonParser.parseString(line).getAsJsonObject();
    return object.get("text").getAsString();
  }

  private static void check(boolean succeeded, String what) {
    if (!succeeded) {
      throw new IllegalStateException(what + " failed");
    }
  }

  private static void job(Path file) throws Exception {
    Path folder = Files.createTempDirectory("documents-benchmark");
    Console console =
        new Console(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
            System.err,
            false);
    JobOptions options =
        new JobOptions(
            file,
            Set.of(Task.CLASSIFY),
            "text",
            "id",
            null,
            null,
            null,
            null,
            256,
            2,
            1_000_000,
            false,
            false,
            false,
            false);
    try (ConfigurableApplicationContext context =
        JobCommand.application(options, console)
            .run("--documents.database=" + folder.resolve("results"))) {
      DocumentJob job = context.getBean(DocumentJob.class);
      measured(() -> check(job.run() == JobOutcome.DONE, "the job"));
    }
    delete(folder);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** The largest resident size of this process until now; 0 where the system does not tell. */
  private static long peakMegabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElse(0);
  }
}
