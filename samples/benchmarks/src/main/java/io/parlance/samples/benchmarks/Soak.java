package io.parlance.samples.benchmarks;

import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import io.parlance.runtime.NativeHandles;
import io.parlance.task.TextGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Many calls of each task from several threads, without a cache: memory must not grow after the
 * first quarter, and nothing may stay open after the end.
 */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Many calls from several threads; exit status 1 if memory or handles leak.")
final class Soak implements Callable<Integer> {
  private static final int THREADS = 8;
  private static final int PARTS = 20; // memory is printed after every second one
  private static final int WARM_PARTS = PARTS / 4;
  private static final double GROWTH = 1.1;
  private static final int TEXTS = 500;
  private static final int NEW_TOKENS = 24;

  @Option(names = "--classifier", description = "Folder of a text classifier.")
  private @Nullable Path classifier;

  @Option(names = "--entities", description = "Folder of a token classifier.")
  private @Nullable Path entities;

  @Option(names = "--answer", description = "Folder of an extractive question answerer.")
  private @Nullable Path answer;

  @Option(names = "--embed", description = "Folder of a model of embeddings.")
  private @Nullable Path embed;

  @Option(names = "--fill-mask", description = "Folder of a masked language model.")
  private @Nullable Path fillMask;

  @Option(names = "--rank", description = "Folder of a cross-encoder.")
  private @Nullable Path rank;

  @Option(names = "--translate", description = "Folder of a translator.")
  private @Nullable Path translate;

  @Option(names = "--summarize", description = "Folder of a summarizer.")
  private @Nullable Path summarize;

  @Option(names = "--generate", description = "Folder of a generative model.")
  private @Nullable Path generate;

  @Option(
      names = "--calls",
      defaultValue = "200000",
      description = "Calls of each task. Default: ${DEFAULT-VALUE}")
  private int calls;

  @Option(
      names = "--words",
      defaultValue = "../../LICENSE",
      description = "A text whose words the documents are made of. Default: ${DEFAULT-VALUE}")
  private Path words = Path.of("LICENSE");

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Soak()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<String> texts = new Documents(words).mixed(TEXTS);
    long before = NativeHandles.live();
    boolean flat;
    try (Nlp nlp = open()) {
      flat = run(tasks(nlp), texts);
    }
    long left = NativeHandles.live() - before;
    System.out.printf("native handles left after close: %d%n", left);
    return flat && left == 0 ? 0 : 1;
  }

  private Nlp open() {
    Nlp.Builder builder = Nlp.builder().cache(CachePolicy.none());
    use(classifier, builder::classifier);
    use(entities, builder::entityExtractor);
    use(answer, builder::questionAnswerer);
    use(embed, builder::embedder);
    use(fillMask, builder::maskFiller);
    use(rank, builder::ranker);
    use(translate, builder::translator);
    use(summarize, builder::summarizer);
    use(generate, builder::generator);
    return builder.build();
  }

  private static void use(@Nullable Path folder, Consumer<Path> task) {
    if (folder != null) {
      task.accept(folder);
    }
  }

  /** A call with a text, for each task that has a model. */
  private Map<String, Consumer<String>> tasks(Nlp nlp) {
    Map<String, Consumer<String>> tasks = new LinkedHashMap<>();
    if (classifier != null) {
      tasks.put("classifier", nlp::classify);
    }
    if (entities != null) {
      tasks.put("entities", nlp::extractEntities);
    }
    if (answer != null) {
      tasks.put("answer", text -> nlp.answer("Who gives the license?", text));
    }
    if (embed != null) {
      tasks.put("embed", nlp::embed);
    }
    if (fillMask != null) {
      String mask = nlp.maskFiller().maskToken();
      tasks.put("fill-mask", text -> nlp.fillMask("This is a " + mask + ". " + start(text)));
    }
    if (rank != null) {
      tasks.put("rank", text -> nlp.rank("Who gives the license?", List.of(start(text))));
    }
    if (translate != null) {
      tasks.put("translate", nlp::translate);
    }
    if (summarize != null) {
      tasks.put("summarize", nlp::summarize);
    }
    if (generate != null) {
      addWriting(tasks, nlp.generator().maxNewTokens(NEW_TOKENS));
    }
    if (tasks.isEmpty() && spec != null) {
      throw new ParameterException(spec.commandLine(), "name a model folder, as --classifier DIR");
    }
    return tasks;
  }

  /** Short answers by each search, free and held to constraints. */
  private static void addWriting(Map<String, Consumer<String>> tasks, TextGenerator writer) {
    tasks.put("greedy", text -> writer.generate(prompt(text)));
    tasks.put("sampling", text -> writer.seed(text.length()).generate(prompt(text)));
    tasks.put("beams", text -> writer.beams(3).generate(prompt(text)));
    tasks.put("stream", text -> writer.stream(prompt(text)).limit(5).forEach(piece -> {}));
    TextGenerator regex = writer.matching("[a-z]+( [a-z0-9]+)*\\.?");
    tasks.put("regex", text -> regex.generate(prompt(text)));
    TextGenerator json =
        writer.jsonSchema(
            "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"string\"}, \"b\":"
                + " {\"type\": \"array\", \"items\": {\"type\": \"integer\"}}}, \"required\":"
                + " [\"b\"]}");
    tasks.put("json", text -> json.temperature(1.5).seed(text.length()).generate(prompt(text)));
    // a constraint of its own for each text: what is remembered of them must be bounded
    tasks.put(
        "choices", text -> writer.choices(prompt(text), "no").beams(2).generate(prompt(text)));
  }

  /** Little enough to leave room for an answer in tiny models. */
  private static String prompt(String text) {
    return "A " + text.substring(0, Math.min(12, text.length())).strip();
  }

  /** Little enough for models that cut nothing. */
  private static String start(String text) {
    return text.substring(0, Math.min(80, text.length()));
  }

  /** Whether memory stayed what it was after the first quarter. */
  private boolean run(Map<String, Consumer<String>> tasks, List<String> texts) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      double warm = Double.POSITIVE_INFINITY;
      double now = 0;
      for (int part = 1; part <= PARTS; part++) {
        runPart(threads, tasks, texts, part);
        now = resident();
        if (part == WARM_PARTS) {
          warm = now;
        }
        if (part % 2 == 0) {
          System.out.printf("%3d %% of the calls: %.0f MB resident%n", 100 * part / PARTS, now);
        }
      }
      System.out.printf("%.0f MB after a quarter, %.0f MB at the end%n", warm, now);
      return now <= warm * GROWTH;
    } finally {
      threads.shutdownNow();
    }
  }

  private void runPart(
      ExecutorService threads, Map<String, Consumer<String>> tasks, List<String> texts, int part)
      throws InterruptedException, ExecutionException {
    List<Future<?>> running = new ArrayList<>();
    long from = (long) calls * (part - 1) / PARTS;
    long to = (long) calls * part / PARTS;
    for (int thread = 0; thread < THREADS; thread++) {
      long first = from + thread;
      running.add(
          threads.submit(
              () -> {
                for (long call = first; call < to; call += THREADS) {
                  String text = texts.get((int) (call % texts.size()));
                  tasks.values().forEach(task -> task.accept(text));
                }
              }));
    }
    for (Future<?> each : running) {
      each.get();
    }
  }

  /** Without what the garbage collector would give back. */
  private static double resident() throws IOException {
    System.gc();
    return ProcessMemory.residentMegabytes();
  }
}
