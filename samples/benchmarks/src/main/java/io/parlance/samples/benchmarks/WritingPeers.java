package io.parlance.samples.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Greedy search by other libraries, in processes that take turns with a way in this one. */
final class WritingPeers {
  private static final Path PEERS = Path.of("peers");
  private static final int WARMUP = 2; // passes of each process that do not count

  /** The way in this process. */
  static final String OURS = "Parlance";

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final int OLDEST_FOR_JLAMA = 21;

  private final Map<String, List<String>> commands = new LinkedHashMap<>();

  /** What writes the tokens here; the others are compared with it. */
  interface Way {
    int[] run() throws Exception;
  }

  /**
   * What a peer did.
   *
   * @param times of all tokens
   * @param processor time of the processors for all tokens, which other programs disturb less
   * @param same tokens that are the same from the first on
   */
  record Result(Turns.Times times, Turns.Times processor, int same) {}

  /** Adds transformers.js where it is installed. */
  WritingPeers transformersJs(Path folder) {
    if (Files.isDirectory(PEERS.resolve("transformers-js/node_modules"))) {
      Path program = PEERS.resolve("transformers-js/generate.js");
      add("transformers.js", List.of("node", program.toString()), folder);
    } else {
      System.err.println("without transformers.js: npm is not there");
    }
    return this;
  }

  /**
   * Adds Jlama where there is a JVM that can run it.
   *
   * @param java the home of this JVM, or null where that of this process may be new enough
   */
  WritingPeers jlama(Path folder, @Nullable Path java) {
    if (java == null && Runtime.version().feature() < OLDEST_FOR_JLAMA) {
      System.err.println("without Jlama: it needs a JDK 21 or newer, see --jlama-java");
      return this;
    }
    Path home = java == null ? Path.of(System.getProperty("java.home")) : java;
    Path peer = PEERS.resolve("jlama");
    add(
        "Jlama",
        List.of(
            home.resolve("bin/java").toString(),
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            peer.resolve("target/lib").resolve("*").toString(),
            peer.resolve("JlamaPeer.java").toString()),
        folder);
    return this;
  }

  private void add(String name, List<String> command, Path folder) {
    List<String> whole = new ArrayList<>(command);
    whole.add(folder.toString());
    commands.put(name, whole);
  }

  /**
   * Lets all write the same in each round. A process writes twice before it is measured.
   *
   * @param prompt of the model, or what its encoder reads
   * @return by name; {@link #OURS} first
   */
  Map<String, Result> measure(Way ours, int[] prompt, int newTokens, int threads, int rounds)
      throws Exception {
    int[] expected = ours.run();
    Map<String, long[]> nanos = new LinkedHashMap<>();
    Map<String, long[]> processor = new LinkedHashMap<>();
    Map<String, Integer> same = new LinkedHashMap<>();
    same.put(OURS, expected.length);
    for (int round = 0; round < rounds; round++) {
      ours.run(); // the others warm up as well
      long start = System.nanoTime();
      long before = SYSTEM.getProcessCpuTime();
      ours.run();
      times(nanos, OURS, rounds)[round] = System.nanoTime() - start;
      times(processor, OURS, rounds)[round] = SYSTEM.getProcessCpuTime() - before;
      for (Map.Entry<String, List<String>> peer : commands.entrySet()) {
        Map<String, String> found = run(peer.getValue(), prompt, newTokens, threads);
        times(nanos, peer.getKey(), rounds)[round] = Long.parseLong(value(found, "nanos"));
        times(processor, peer.getKey(), rounds)[round] = Long.parseLong(value(found, "processor"));
        same.put(peer.getKey(), same(expected, value(found, "tokens").split(",")));
      }
    }
    Map<String, Result> results = new LinkedHashMap<>();
    nanos.forEach(
        (name, all) ->
            results.put(
                name,
                new Result(
                    Turns.Times.of(all),
                    Turns.Times.of(Objects.requireNonNull(processor.get(name))),
                    Objects.requireNonNull(same.get(name)))));
    return results;
  }

  /** Prints a table of what they did. */
  static void print(String what, Map<String, Result> results, int newTokens) {
    Turns.Times ours = Objects.requireNonNull(results.get(OURS)).times();
    System.out.printf(
        "| %s | tokens/s, median (best) | beside Parlance | processor ms a token | same tokens |%n",
        what);
    System.out.println("| --- | --- | --- | --- | --- |");
    results.forEach(
        (name, result) ->
            System.out.printf(
                "| %s | %s | %s | %.1f (%.1f) | %d of %d |%n",
                name,
                result.times().rate(newTokens),
                result.times().speedBeside(ours),
                result.processor().median() / 1e6 / newTokens,
                result.processor().best() / 1e6 / newTokens,
                result.same(),
                newTokens));
  }

  private static long[] times(Map<String, long[]> nanos, String name, int rounds) {
    return nanos.computeIfAbsent(name, each -> new long[rounds]);
  }

  private static int same(int[] expected, String[] found) {
    return (int)
        IntStream.range(0, Math.min(expected.length, found.length))
            .takeWhile(i -> expected[i] == Integer.parseInt(found[i]))
            .count();
  }

  private static String value(Map<String, String> found, String key) throws IOException {
    String value = found.get(key);
    if (value == null) {
      throw new IOException("a peer printed no '" + key + "': " + found);
    }
    return value;
  }

  private static Map<String, String> run(
      List<String> command, int[] prompt, int newTokens, int threads)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(command.subList(0, command.size() - 1));
    whole.addAll(
        List.of(
            String.valueOf(threads),
            command.get(command.size() - 1),
            Arrays.stream(prompt).mapToObj(String::valueOf).collect(Collectors.joining(",")),
            String.valueOf(newTokens),
            String.valueOf(WARMUP),
            "1"));
    Path messages = Files.createTempFile("parlance-benchmark", ".txt");
    try {
      Process process =
          new ProcessBuilder(whole)
              .redirectError(ProcessBuilder.Redirect.to(messages.toFile()))
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(
            String.join(" ", whole) + " failed: " + Files.readString(messages).strip());
      }
      Map<String, String> found = new LinkedHashMap<>();
      output
          .lines()
          .map(line -> line.split(" ", 2))
          .filter(words -> words.length == 2)
          .forEach(words -> found.put(words[0], words[1]));
      return found;
    } finally {
      Files.delete(messages);
    }
  }
}
