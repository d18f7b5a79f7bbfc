package io.parlance.samples.benchmarks;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OrtException;
import io.parlance.Classification;
import io.parlance.Execution;
import io.parlance.Nlp;
import io.parlance.TextInput;
import io.parlance.cache.CachePolicy;
import io.parlance.models.architecture.Head;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Classification of documents of mixed length beside a loop over a bare ONNX Runtime session. The
 * ways take turns in one process, so that whatever else the machine does meets all of them.
 */
@Command(
    name = "encoders",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Texts a second beside a bare ONNX Runtime session, as a Markdown table.")
final class EncoderBenchmark implements Callable<Integer> {

  private static final int CALLERS = 64;
  private static final int LONGEST = 512;
  private static final int COLD_ROUNDS = 9;
  private static final int CACHED_CALLS = 200_000;

  @Option(
      names = "--shapes",
      split = ",",
      defaultValue = "6x384,6x768",
      description =
          "Layers and width of BERT models with random weights. Default: ${DEFAULT-VALUE}")
  private List<String> shapes = List.of();

  @Option(
      names = "--words",
      defaultValue = "../../LICENSE",
      description = "A text whose words the documents are made of. Default: ${DEFAULT-VALUE}")
  private Path words = Path.of("LICENSE");

  @Option(
      names = "--documents",
      defaultValue = "200",
      description = "Documents a round. Default: ${DEFAULT-VALUE}")
  private int documents;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "Threads of the ways that use several. Default: ${DEFAULT-VALUE}")
  private int threads;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Turns of each way. Default: ${DEFAULT-VALUE}")
  private int rounds;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new EncoderBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Documents source = new Documents(words);
    List<String> texts = source.mixed(documents);
    System.out.println(
        "| graph | way | texts/s, median (best) | beside one thread of bare ONNX Runtime |");
    System.out.println("| --- | --- | --- | --- |");
    for (String shape : shapes) {
      try (RandomModel model = new RandomModel(shape, Head.SEQUENCE_CLASSIFICATION, source)) {
        compare(shape, model.folder(), texts);
      }
    }
    return 0;
  }

  private void compare(String shape, Path folder, List<String> texts) throws Exception {
    try (BareSession bare = new BareSession(folder.resolve("model.onnx"));
        Tokenizer tokenizer = Tokenizer.load(folder);
        Nlp one = open(folder, 1, CachePolicy.none());
        Nlp several = open(folder, threads, CachePolicy.none());
        Nlp cached = open(folder, 1, CachePolicy.defaults())) {
      List<Encoding> tokens = new ArrayList<>();
      for (String text : texts) {
        tokens.add(tokenizer.encode(text, EncodingOptions.truncated(LONGEST)));
      }
      Turns turns =
          new Turns()
              .add("bare ONNX Runtime, 1 thread", () -> runBare(bare, tokens))
              .add("one text at a time, 1 thread", () -> texts.forEach(one::classify))
              .add("all texts at once, 1 thread", () -> one.classify(texts))
              .add("all texts at once, " + threads + " threads", () -> several.classify(texts))
              .add(
                  CALLERS + " asynchronous calls, " + threads + " threads",
                  () -> runAsync(several, texts));
      print(shape, turns.measure(rounds), texts.size());
      printCached(shape, cached, texts.get(0));
    }
    printMemory(shape, folder, texts);
    ColdStart.print(shape, folder, texts.get(0), COLD_ROUNDS);
    printTokenization(folder, texts);
  }

  static Nlp open(Path folder, int threads, CachePolicy cache) {
    return Nlp.builder()
        .classifier(folder)
        .execution(Execution.cpu().threads(threads))
        .cache(cache)
        .build();
  }

  private static void runBare(BareSession session, List<Encoding> tokens) throws OrtException {
    for (Encoding each : tokens) {
      session.run(each);
    }
  }

  /** As many calls under way as a service has callers. */
  static void runAsync(Nlp nlp, List<String> texts) throws InterruptedException {
    Semaphore callers = new Semaphore(CALLERS);
    for (String text : texts) {
      callers.acquire();
      CompletableFuture<Classification> call = nlp.classifier().submit(TextInput.of(text));
      call.whenComplete((result, failure) -> callers.release());
    }
    callers.acquire(CALLERS);
  }

  private static void print(String shape, Map<String, Turns.Times> times, int texts) {
    Turns.Times floor = times.values().iterator().next();
    times.forEach(
        (way, each) ->
            System.out.printf(
                "| %s | %s | %s | %s |%n", shape, way, each.rate(texts), each.speedBeside(floor)));
  }

  /** Each in a process of its own, which has seen nothing but its way. */
  private void printMemory(String shape, Path folder, List<String> texts) throws Exception {
    Path file = Files.createTempFile("parlance-benchmark", ".txt");
    try {
      Files.write(file, texts);
      for (MemoryProcess.Way way : MemoryProcess.Way.values()) {
        String peak =
            JavaProcess.run(
                MemoryProcess.class,
                way.name(),
                folder.toString(),
                file.toString(),
                String.valueOf(threads));
        System.out.printf("| %s | peak memory, %s | %s MB | |%n", shape, way.text(), peak.strip());
      }
    } finally {
      Files.delete(file);
    }
  }

  private static void printCached(String shape, Nlp nlp, String text) {
    long[] nanos = new long[5];
    for (int round = 0; round < nanos.length; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < CACHED_CALLS; i++) {
        nlp.classify(text);
      }
      nanos[round] = (System.nanoTime() - start) / CACHED_CALLS;
    }
    System.out.printf(
        "| %s | a call answered from the cache | %d ns | |%n",
        shape, Turns.Times.of(nanos).median());
  }

  /** Both with all processors; both give ids, types, words and spans. */
  private void printTokenization(Path folder, List<String> texts) throws Exception {
    String[] all = texts.toArray(new String[0]);
    try (HuggingFaceTokenizer djl =
            HuggingFaceTokenizer.builder()
                .optTokenizerPath(folder.resolve("tokenizer.json"))
                .optTruncation(false)
                .optPadding(false)
                .build();
        Tokenizer tokenizer = Tokenizer.load(folder)) {
      Turns turns =
          new Turns()
              .add("tokens of DJL's batchEncode", () -> djl.batchEncode(all))
              .add(
                  "tokens of Parlance, one thread",
                  () -> texts.forEach(text -> tokenizer.encode(text, EncodingOptions.DEFAULT)))
              .add(
                  "tokens of Parlance, all threads",
                  () ->
                      texts.parallelStream()
                          .forEach(text -> tokenizer.encode(text, EncodingOptions.DEFAULT)));
      print("tokenizer", turns.measure(rounds), texts.size());
    }
  }
}
