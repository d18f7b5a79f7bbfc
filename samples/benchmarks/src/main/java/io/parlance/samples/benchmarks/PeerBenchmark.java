package io.parlance.samples.benchmarks;

import io.parlance.Execution;
import io.parlance.models.architecture.Head;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Embeddings of documents of mixed length beside what others would use, each in processes of its
 * own that take turns, as they come: nobody is told how many threads to take.
 */
@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Embeddings a second beside other libraries, as a Markdown table.")
final class PeerBenchmark implements Callable<Integer> {

  private static final Path PEERS = Path.of("peers");

  @Option(
      names = "--shape",
      defaultValue = "6x384",
      description =
          "Layers and width of a BERT model with random weights. Default: ${DEFAULT-VALUE}")
  private String shape = "";

  @Option(
      names = "--words",
      defaultValue = "../../LICENSE",
      description = "A text whose words the documents are made of. Default: ${DEFAULT-VALUE}")
  private Path words = Path.of("LICENSE");

  @Option(
      names = "--documents",
      defaultValue = "100",
      description = "Documents a round. Default: ${DEFAULT-VALUE}")
  private int documents;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "Processes of each library. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--repeat",
      defaultValue = "2",
      description = "Measured passes of a process. Default: ${DEFAULT-VALUE}")
  private int repeat;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new PeerBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Documents source = new Documents(words);
    Path texts = Files.createTempFile("parlance-benchmark", ".txt");
    try (RandomModel model = new RandomModel(shape, Head.BODY, source)) {
      Files.write(texts, source.mixed(documents));
      print(measure(model.folder(), texts));
    } finally {
      Files.delete(texts);
    }
    return 0;
  }

  private static Map<String, List<String>> commands() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Map<String, List<String>> commands = new LinkedHashMap<>();
    commands.put("Parlance", parlance(java, Execution.DEFAULT_THREADS));
    commands.put(
        "Parlance, all threads in a run",
        parlance(java, Runtime.getRuntime().availableProcessors()));
    commands.put("LangChain4j", javaPeer(java, "langchain4j", "LangChain4jPeer"));
    commands.put("DJL", javaPeer(java, "djl", "DjlPeer"));
    if (Files.isDirectory(PEERS.resolve("transformers-js/node_modules"))) {
      commands.put(
          "transformers.js", List.of("node", PEERS.resolve("transformers-js/peer.js").toString()));
    }
    return commands;
  }

  private static List<String> parlance(String java, int threadsPerRun) {
    return List.of(
        java,
        "-cp",
        System.getProperty("java.class.path"),
        ParlancePeer.class.getName(),
        String.valueOf(threadsPerRun));
  }

  private static List<String> javaPeer(String java, String folder, String name) {
    Path peer = PEERS.resolve(folder);
    return List.of(
        java,
        "-cp",
        peer.resolve("target/lib").resolve("*").toString(),
        peer.resolve(name + ".java").toString());
  }

  /** Nanoseconds of all documents, by library and way. */
  private Map<String, long[]> measure(Path folder, Path texts) throws Exception {
    Map<String, List<Long>> nanos = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<String, List<String>> peer : commands().entrySet()) {
        for (String line : run(peer.getValue(), folder, texts)) {
          String[] words = line.split(" ");
          switch (words[0]) {
            case "one", "all" ->
                nanos
                    .computeIfAbsent(
                        peer.getKey()
                            + (words[0].equals("one") ? " | one by one" : " | all at once"),
                        way -> new ArrayList<>())
                    .add(Long.valueOf(words[1]));
            default -> System.err.println(peer.getKey() + ": " + line);
          }
        }
      }
    }
    Map<String, long[]> sorted = new LinkedHashMap<>();
    nanos.forEach(
        (way, times) -> {
          long[] array = times.stream().mapToLong(Long::longValue).toArray();
          Arrays.sort(array);
          sorted.put(way, array);
        });
    return sorted;
  }

  private List<String> run(List<String> command, Path folder, Path texts)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(command);
    // the first pass warms up
    whole.addAll(List.of(folder.toString(), texts.toString(), String.valueOf(repeat + 1)));
    Process process =
        new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("failed with " + process.exitValue() + ": " + String.join(" ", whole));
    }
    List<String> lines = new ArrayList<>(output.lines().toList());
    lines.remove(lines.stream().filter(line -> line.startsWith("one ")).findFirst().orElse(""));
    lines.remove(lines.stream().filter(line -> line.startsWith("all ")).findFirst().orElse(""));
    return lines;
  }

  private void print(Map<String, long[]> nanos) {
    System.out.println("| library | way | texts/s, median (best) | beside Parlance all at once |");
    System.out.println("| --- | --- | --- | --- |");
    long[] ours = nanos.get("Parlance | all at once");
    nanos.forEach(
        (way, times) ->
            System.out.printf(
                "| %s | %.1f (%.1f) | %s |%n",
                way,
                documents * 1e9 / times[times.length / 2],
                documents * 1e9 / times[0],
                ours == null
                    ? ""
                    : "%.2f (%.2f)"
                        .formatted(
                            (double) ours[ours.length / 2] / times[times.length / 2],
                            (double) ours[0] / times[0])));
  }
}
