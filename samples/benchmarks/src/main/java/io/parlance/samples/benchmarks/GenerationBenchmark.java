package io.parlance.samples.benchmarks;

import io.parlance.Execution;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import io.parlance.generation.GenerationOption;
import io.parlance.task.TextGenerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Generation beside a loop over a bare ONNX Runtime session, with random weights. The ways take
 * turns in one process.
 */
@Command(
    name = "generation",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Tokens a second beside a bare ONNX Runtime loop, as a Markdown table.")
final class GenerationBenchmark implements Callable<Integer> {
  private static final int PROMPT = 32;
  private static final int TOGETHER = 8;
  private static final int BEAMS = 4;
  private static final int MANY = 64;
  private static final int PREFIX = 400;
  private static final int QUESTION = 12;
  private static final int ANSWER = 4;
  private static final int BEGIN = 1; // Jlama puts the begin token before every prompt
  private static final int MEAN_LENGTH = 40; // of answers that end by themselves

  @Option(
      names = "--shapes",
      split = ",",
      defaultValue = "DISTILGPT2,LLAMA",
      description = "Of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private List<RandomDecoder.Shape> shapes = List.of();

  @Option(
      names = "--tokens",
      defaultValue = "128",
      description = "New tokens for a prompt of 32. Default: ${DEFAULT-VALUE}")
  private int tokens;

  @Option(
      names = "--questions",
      defaultValue = "40",
      description = "Questions over one prefix of 400 tokens. Default: ${DEFAULT-VALUE}")
  private int questions;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "Threads within an operator, on both sides. Default: ${DEFAULT-VALUE}")
  private int threads;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Turns of each way. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--peers",
      description = "Only beside transformers.js and, in the shape LLAMA, Jlama.")
  private boolean peers;

  @Option(
      names = "--jlama-java",
      paramLabel = "FOLDER",
      description = "Home of a JDK 21 or newer for Jlama; this one if it is.")
  private @Nullable Path jlamaJava;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new GenerationBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (!peers) {
      System.out.println("| graph | way | tokens/s, median (best) | beside |");
      System.out.println("| --- | --- | --- | --- |");
    }
    for (RandomDecoder.Shape shape : shapes) {
      try (RandomDecoder model = new RandomDecoder(shape, peers)) {
        compare(shape, model.folder());
      }
    }
    return 0;
  }

  private void compare(RandomDecoder.Shape shape, Path folder) throws Exception {
    Random random = new Random(1);
    int vocabulary = shape.config().integer("vocab_size").orElseThrow();
    try (Nlp nlp =
        Nlp.builder()
            .generator(folder)
            .execution(Execution.cpu().threads(threads))
            .cache(CachePolicy.none())
            .build()) {
      TextGenerator generator =
          nlp.generator()
              .maxNewTokens(tokens)
              .with(GenerationOption.EOS_TOKEN_ID, List.of())
              .promptCache(false);
      int[] prompt = prompt(random, PROMPT, vocabulary);
      if (peers) {
        prompt[0] = BEGIN;
        printPeers(shape, generator, folder, prompt);
        return;
      }
      // before the bare session: who is first makes the environment, and ours has a pool
      int[] mine = ids(generator, prompt);
      try (BareDecoder bare = new BareDecoder(folder.resolve("model.onnx"), threads)) {
        if (!Arrays.equals(mine, bare.generate(prompt, tokens))) {
          throw new IllegalStateException("the two sides generate different tokens");
        }
        printSearches(shape, generator, bare, prompt, random, vocabulary);
      }
      printContinuous(shape, generator, random, vocabulary);
      printPromptCache(shape, generator, random, vocabulary);
    }
  }

  private void printPeers(
      RandomDecoder.Shape shape, TextGenerator generator, Path folder, int[] prompt)
      throws Exception {
    WritingPeers others = new WritingPeers().transformersJs(folder);
    if (shape == RandomDecoder.Shape.LLAMA) {
      others = others.jlama(folder, jlamaJava);
    }
    Map<String, WritingPeers.Result> results =
        others.measure(() -> ids(generator, prompt), prompt, tokens, threads, rounds);
    WritingPeers.print(shape + ", one sequence", results, tokens);
  }

  private static int[] ids(TextGenerator generator, int[] prompt) {
    return generator.generateFromTokens(List.of(prompt)).get(0).tokenIds().stream()
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static int[] prompt(Random random, int length, int vocabulary) {
    return IntStream.range(0, length).map(i -> random.nextInt(vocabulary)).toArray();
  }

  private static List<int[]> prompts(Random random, int count, int most, int vocabulary) {
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prompts.add(prompt(random, most, vocabulary));
    }
    return prompts;
  }

  private void printSearches(
      RandomDecoder.Shape shape,
      TextGenerator generator,
      BareDecoder bare,
      int[] prompt,
      Random random,
      int vocabulary)
      throws Exception {
    List<int[]> together = prompts(random, TOGETHER, PROMPT, vocabulary);
    TextGenerator first = generator.maxNewTokens(1);
    Map<String, Turns.Times> times =
        new Turns()
            .add("bare", () -> bare.generate(prompt, tokens))
            .add("one", () -> generator.generateFromTokens(List.of(prompt)))
            .add("together", () -> generator.generateFromTokens(together))
            .add("beams", () -> generator.beams(BEAMS).generateFromTokens(List.of(prompt)))
            .add("bare first", () -> bare.generate(prompt, 1))
            .add("first", () -> first.generateFromTokens(List.of(prompt)))
            .measure(rounds);
    Turns.Times floor = Objects.requireNonNull(times.get("bare"));
    Turns.Times one = Objects.requireNonNull(times.get("one"));
    Turns.Times eight = Objects.requireNonNull(times.get("together"));
    Turns.Times beams = Objects.requireNonNull(times.get("beams"));
    Turns.Times bareFirst = Objects.requireNonNull(times.get("bare first"));
    Turns.Times oneFirst = Objects.requireNonNull(times.get("first"));
    line(shape, "bare ONNX Runtime, one sequence", floor.rate(tokens), "");
    line(shape, "one sequence", one.rate(tokens), one.speedBeside(floor) + " of bare");
    line(
        shape,
        TOGETHER + " prompts at once",
        eight.rate(TOGETHER * tokens),
        eight.speedBeside(one, TOGETHER) + " of one");
    line(
        shape,
        BEAMS + " beams",
        beams.rate(tokens),
        one.timeBeside(beams) + " times as long as greedy");
    line(
        shape,
        "first token",
        "%.1f ms".formatted(oneFirst.median() / 1e6),
        bareFirst.timeBeside(oneFirst) + " times as long as bare");
  }

  /** Answers that end by themselves: any of so many tokens is an end, so lengths differ. */
  private void printContinuous(
      RandomDecoder.Shape shape, TextGenerator generator, Random random, int vocabulary)
      throws Exception {
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      prompts.add(prompt(random, PROMPT / 2 + random.nextInt(PROMPT), vocabulary));
    }
    // all over the vocabulary: requests with one seed draw neighbouring tokens
    List<Integer> ends =
        random.ints(vocabulary / MEAN_LENGTH, 0, vocabulary).distinct().boxed().toList();
    TextGenerator ending =
        generator
            .with(GenerationOption.EOS_TOKEN_ID, ends)
            .with(GenerationOption.PAD_TOKEN_ID, List.of(0))
            .with(GenerationOption.TOP_K, 0)
            .seed(1)
            .batchRows(TOGETHER);
    int[] written = new int[1];
    Map<String, Turns.Times> times =
        new Turns()
            .add(
                "static",
                () -> {
                  for (int from = 0; from < MANY; from += TOGETHER) {
                    ending.generateFromTokens(prompts.subList(from, from + TOGETHER));
                  }
                })
            .add(
                "continuous",
                () ->
                    written[0] =
                        ending.generateFromTokens(prompts).stream()
                            .mapToInt(each -> each.tokenIds().size())
                            .sum())
            .measure(rounds);
    Turns.Times batches = Objects.requireNonNull(times.get("static"));
    Turns.Times continuous = Objects.requireNonNull(times.get("continuous"));
    line(shape, MANY + " prompts in batches of " + TOGETHER, batches.rate(written[0]), "");
    line(
        shape,
        MANY + " prompts, " + TOGETHER + " at a time, as others end",
        continuous.rate(written[0]),
        continuous.speedBeside(batches) + " of batches");
  }

  private void printPromptCache(
      RandomDecoder.Shape shape, TextGenerator generator, Random random, int vocabulary)
      throws Exception {
    int[] prefix = prompt(random, PREFIX, vocabulary);
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < questions; i++) {
      int[] whole = Arrays.copyOf(prefix, PREFIX + QUESTION);
      System.arraycopy(prompt(random, QUESTION, vocabulary), 0, whole, PREFIX, QUESTION);
      prompts.add(whole);
    }
    TextGenerator brief = generator.maxNewTokens(ANSWER);
    TextGenerator remembering = brief.promptCache(true);
    Map<String, Turns.Times> times =
        new Turns()
            .add("without", () -> prompts.forEach(each -> ids(brief, each)))
            .add("with", () -> prompts.forEach(each -> ids(remembering, each)))
            .measure(rounds);
    Turns.Times without = Objects.requireNonNull(times.get("without"));
    Turns.Times with = Objects.requireNonNull(times.get("with"));
    String what = "questions over one prefix of " + PREFIX + " tokens, ";
    line(shape, what + "no prompt cache", without.rate(questions * ANSWER), "");
    line(
        shape,
        what + "prompt cache",
        with.rate(questions * ANSWER),
        with.speedBeside(without) + " of none");
  }

  private static void line(RandomDecoder.Shape shape, String way, String rate, String beside) {
    System.out.printf("| %s | %s | %s | %s |%n", shape.name(), way, rate, beside);
  }
}
