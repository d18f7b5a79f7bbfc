package io.parlance.samples.benchmarks;

import ai.onnxruntime.OrtException;
import io.parlance.DocumentResult;
import io.parlance.Execution;
import io.parlance.Generation;
import io.parlance.Nlp;
import io.parlance.Translation;
import io.parlance.cache.CachePolicy;
import io.parlance.generation.GenerationOption;
import io.parlance.models.export.DecoderLayout;
import io.parlance.task.TextGenerator;
import io.parlance.task.Translator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Translation by a T5 small with random weights beside a loop over bare ONNX Runtime sessions. The
 * ways take turns in one process.
 */
@Command(
    name = "translation",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Tokens a second beside a bare ONNX Runtime loop, as a Markdown table.")
final class TranslationBenchmark implements Callable<Integer> {
  private static final int SOURCE_TOKENS = 33;
  private static final int TOGETHER = 32;
  private static final int BEAMS = 4;
  private static final int START = 0; // T5 begins with its padding token
  private static final int END = 1;
  private static final int FIRST_WORD = 3;
  private static final int LAST_WORD = 2_000;

  @Option(
      names = "--words",
      defaultValue = "../../LICENSE",
      description = "A text whose words the sentences are made of. Default: ${DEFAULT-VALUE}")
  private Path words = Path.of("LICENSE");

  @Option(
      names = "--new-tokens",
      defaultValue = "64",
      description = "Tokens written for each source. Default: ${DEFAULT-VALUE}")
  private int newTokens;

  @Option(
      names = "--sentences",
      defaultValue = "2000",
      description = "Sentences of the document job; 0 for none. Default: ${DEFAULT-VALUE}")
  private int sentences;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "Threads of all ways. Default: ${DEFAULT-VALUE}")
  private int threads;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Turns of each way. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(names = "--peers", description = "Only beside transformers.js.")
  private boolean peers;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new TranslationBenchmark()).execute(arguments));
  }

  /** One way to write tokens. */
  private interface Way {
    void run() throws Exception;
  }

  @Override
  public Integer call() throws Exception {
    Documents documents = new Documents(words);
    try (RandomModel model = RandomModel.t5Small(documents, DecoderLayout.PAIR);
        Nlp nlp =
            Nlp.builder()
                .generator(model.folder())
                .translator(model.folder())
                .execution(Execution.cpu().threads(threads))
                .cache(CachePolicy.none())
                .build()) {
      if (peers) {
        comparePeers(documents, nlp);
        return 0;
      }
      compareLoops(model.folder(), nlp);
      if (sentences > 0) {
        compareJobs(nlp, documents.sentences(sentences));
      }
    }
    return 0;
  }

  private TextGenerator generator(Nlp nlp) {
    return nlp.generator()
        .with(GenerationOption.MAX_NEW_TOKENS, newTokens)
        .with(GenerationOption.EOS_TOKEN_ID, List.of());
  }

  /** The others read the merged decoder of the same weights. */
  private void comparePeers(Documents documents, Nlp nlp) throws Exception {
    int[] source = sources().get(0);
    TextGenerator generator = generator(nlp);
    try (RandomModel merged = RandomModel.t5Small(documents, DecoderLayout.MERGED)) {
      Map<String, WritingPeers.Result> results =
          new WritingPeers()
              .transformersJs(merged.folder())
              .measure(
                  () ->
                      generator.generateFromTokens(List.of(source)).get(0).tokenIds().stream()
                          .mapToInt(Integer::intValue)
                          .toArray(),
                  source,
                  newTokens,
                  threads,
                  rounds);
      WritingPeers.print("one source, greedy", results, newTokens);
    }
  }

  private void compareLoops(Path folder, Nlp nlp) throws Exception {
    List<int[]> sources = sources();
    TextGenerator generator = generator(nlp);
    // before the bare sessions: who is first makes the environment, and ours has a pool
    generator.generateFromTokens(sources.subList(0, 1));
    try (BareTranslation bare = new BareTranslation(folder, threads)) {
      compareLoops(bare, generator, sources);
    }
  }

  private void compareLoops(BareTranslation bare, TextGenerator generator, List<int[]> sources)
      throws Exception {
    check(bare, generator, sources.get(0));
    Map<String, Way> ways = new LinkedHashMap<>();
    List<int[]> one = sources.subList(0, 1);
    ways.put("bare ONNX Runtime, greedy", () -> bare.translate(one.get(0), START, newTokens));
    ways.put("one source, greedy", () -> generator.generateFromTokens(one));
    ways.put(
        "one source, " + BEAMS + " beams", () -> generator.beams(BEAMS).generateFromTokens(one));
    ways.put(TOGETHER + " sources at once, greedy", () -> generator.generateFromTokens(sources));
    Map<String, long[]> nanos = measure(ways);
    System.out.println("| way | tokens/s, median (best) | beside bare ONNX Runtime |");
    System.out.println("| --- | --- | --- |");
    double floor = Objects.requireNonNull(nanos.values().iterator().next())[rounds / 2];
    nanos.forEach(
        (way, times) -> {
          int tokens = way.startsWith(TOGETHER + " ") ? TOGETHER * newTokens : newTokens;
          System.out.printf(
              "| %s | %.1f (%.1f) | %.2f |%n",
              way,
              tokens * 1e9 / times[rounds / 2],
              tokens * 1e9 / times[0],
              tokens / (double) newTokens * floor / times[rounds / 2]);
        });
  }

  /** Both sides must write the same, or they are not comparable. */
  private void check(BareTranslation bare, TextGenerator generator, int[] source)
      throws OrtException {
    List<Integer> expected = bare.translate(source, START, newTokens);
    Generation found = generator.generateFromTokens(List.of(source)).get(0);
    if (!found.tokenIds().equals(expected)) {
      throw new IllegalStateException(
          "the tokens differ: " + expected + " of bare ONNX Runtime, " + found.tokenIds());
    }
  }

  private static List<int[]> sources() {
    Random random = new Random(1);
    List<int[]> sources = new ArrayList<>();
    for (int i = 0; i < TOGETHER; i++) {
      int[] source = random.ints(SOURCE_TOKENS, FIRST_WORD, LAST_WORD).toArray();
      source[SOURCE_TOKENS - 1] = END;
      sources.add(source);
    }
    return sources;
  }

  /** The job once; one by one only a part of it, which takes as long for each. */
  private void compareJobs(Nlp nlp, List<String> texts) {
    Translator translator = nlp.translator().maxNewTokens(newTokens);
    List<String> part = texts.subList(0, Math.min(texts.size(), Math.max(20, texts.size() / 20)));
    part.subList(0, Math.min(3, part.size())).forEach(translator::translate);
    long start = System.nanoTime();
    part.forEach(translator::translate);
    double alone = part.size() * 1e9 / (System.nanoTime() - start);
    start = System.nanoTime();
    try (Stream<DocumentResult<Translation>> results =
        translator.documents().process(texts.stream())) {
      results.forEach(DocumentResult::get);
    }
    double job = texts.size() * 1e9 / (System.nanoTime() - start);
    System.out.println("| sentences | sentences/s | beside one by one |");
    System.out.println("| --- | --- | --- |");
    System.out.printf("| %d, one by one | %.2f | 1.00 |%n", part.size(), alone);
    System.out.printf("| %d, document job | %.2f | %.2f |%n", texts.size(), job, job / alone);
  }

  /** Nanoseconds of each way, sorted; the first round only warms up. */
  private Map<String, long[]> measure(Map<String, Way> ways) throws Exception {
    Map<String, long[]> nanos = new LinkedHashMap<>();
    ways.keySet().forEach(way -> nanos.put(way, new long[rounds]));
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Way> way : ways.entrySet()) {
        long start = System.nanoTime();
        way.getValue().run();
        if (round >= 0) {
          Objects.requireNonNull(nanos.get(way.getKey()))[round] = System.nanoTime() - start;
        }
      }
    }
    nanos.values().forEach(Arrays::sort);
    return nanos;
  }
}
