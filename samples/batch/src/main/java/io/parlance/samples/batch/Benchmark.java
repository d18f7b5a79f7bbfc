package io.parlance.samples.batch;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.Classification;
import io.parlance.DocumentResult;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import io.parlance.task.ModelHandle;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
  private static final Pattern MEASURED = Pattern.compile("seconds ([0-9.]+) peak ([0-9]+)");
  private static final Pattern JOB_TIME = Pattern.compile("documents in ([0-9.]+) s");

  @Option(names = "--documents", split = ",", defaultValue = "10000,100000")
  private int[] documents;

  @Option(names = "--rounds", defaultValue = "3")
  private int rounds;

  @Option(names = "--heap", defaultValue = "512m", description = "Heap of each process.")
  private String heap;

  private Benchmark() {}

  /** Measures, or, called by itself, is what is measured: {@code loop FILE}, {@code job FILE}. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length == 2 && arguments[0].equals("loop")) {
      System.out.println("seconds " + loop(Path.of(arguments[1])) + " peak " + peakMegabytes());
    } else if (arguments.length == 2 && arguments[0].equals("job")) {
      System.out.println("seconds " + job(Path.of(arguments[1])) + " peak " + peakMegabytes());
    } else {
      System.exit(new CommandLine(new Benchmark()).execute(arguments));
    }
  }

  private record Measured(double seconds, long peakMegabytes) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    System.out.println("| documents | way | a second, median (best) | job / loop | peak memory |");
    System.out.println("| --- | --- | --- | --- | --- |");
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
      try (Stream<Path> files = Files.list(folder)) {
        files.forEach(file -> file.toFile().delete());
      }
      Files.delete(folder);
    }
    return 0;
  }

  private static void print(int count, List<Measured> loops, List<Measured> jobs) {
    double loop = median(loops);
    row(count, "plain loop", loops, "");
    row(
        count,
        "job",
        jobs,
        String.format(Locale.ROOT, "%.2f (%.2f)", loop / median(jobs), best(loops) / best(jobs)));
  }

  private static void row(int count, String way, List<Measured> measured, String ratio) {
    System.out.printf(
        Locale.ROOT,
        "| %,d | %s | %.0f (%.0f) | %s | %d MB |%n",
        count,
        way,
        count / median(measured),
        count / best(measured),
        ratio,
        measured.stream().mapToLong(Measured::peakMegabytes).max().orElseThrow());
  }

  private static double median(List<Measured> measured) {
    double[] seconds = measured.stream().mapToDouble(Measured::seconds).sorted().toArray();
    return (seconds[seconds.length / 2] + seconds[(seconds.length - 1) / 2]) / 2;
  }

  private static double best(List<Measured> measured) {
    return measured.stream()
        .min(Comparator.comparingDouble(Measured::seconds))
        .orElseThrow()
        .seconds();
  }

  private Measured measure(String way, Path file) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
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
    Matcher measured = MEASURED.matcher(out.strip());
    if (!measured.matches()) {
      throw new IllegalStateException("the " + way + " said: " + out);
    }
    return new Measured(Double.parseDouble(measured.group(1)), Long.parseLong(measured.group(2)));
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

  private static double loop(Path file) throws IOException {
    try (Nlp nlp = Nlp.builder().cache(CachePolicy.none()).build()) {
      nlp.models().forEach(ModelHandle::load);
      long start = System.nanoTime();
      try (Stream<String> lines = Files.lines(file);
          Stream<DocumentResult<Classification>> results =
              nlp.classifier().topK(1).documents().process(lines.map(Benchmark::text))) {
        long failed = results.filter(result -> !result.succeeded()).count();
        if (failed > 0) {
          throw new IllegalStateException(failed + " documents failed");
        }
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static String text(String line) {
    JsonObject object = JsonParser.parseString(line).getAsJsonObject();
    return object.get("text").getAsString();
  }

  /** The time that the job itself reports, without the start of Spring. */
  private static double job(Path file) throws IOException {
    Path database = Files.createTempDirectory("documents-benchmark");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      int status =
          JobCommand.run(
              new Console(new PrintStream(out, true, StandardCharsets.UTF_8), System.err, false),
              file.toString(),
              "--database=" + database.resolve("results"));
      String report = out.toString(StandardCharsets.UTF_8);
      Matcher time = JOB_TIME.matcher(report);
      if (status != 0 || !time.find()) {
        throw new IllegalStateException("the job ended with " + status + ": " + report);
      }
      return Double.parseDouble(time.group(1));
    } finally {
      try (Stream<Path> files = Files.list(database)) {
        files.forEach(each -> each.toFile().delete());
      }
      Files.delete(database);
    }
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
