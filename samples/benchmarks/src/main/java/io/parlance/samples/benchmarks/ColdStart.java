package io.parlance.samples.benchmarks;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * From the start of a process to the end of one that has classified one text, beside a process with
 * nothing but DJL's tokenizer and ONNX Runtime. The two take turns.
 */
final class ColdStart {
  private enum Way {
    BARE("DJL's tokenizer and ONNX Runtime"),
    PARLANCE("Parlance");

    private final String text;

    Way(String text) {
      this.text = text;
    }
  }

  private ColdStart() {}

  /** Prints the median of each way. */
  static void print(String shape, Path folder, String text, int rounds)
      throws IOException, InterruptedException {
    Map<Way, long[]> nanos = new EnumMap<>(Way.class);
    for (int round = -1; round < rounds; round++) { // the first fills the file cache
      for (Way way : Way.values()) {
        long start = System.nanoTime();
        JavaProcess.run(ColdStart.class, way.name(), folder.toString(), text);
        if (round >= 0) {
          nanos.computeIfAbsent(way, each -> new long[rounds])[round] = System.nanoTime() - start;
        }
      }
    }
    nanos.values().forEach(Arrays::sort);
    long[] bare = Objects.requireNonNull(nanos.get(Way.BARE));
    nanos.forEach(
        (way, times) ->
            System.out.printf(
                "| %s | cold process to its first result, %s | %.0f ms (%.0f) | %.2f (%.2f) |%n",
                shape,
                way.text,
                times[rounds / 2] / 1e6,
                times[0] / 1e6,
                (double) times[rounds / 2] / bare[rounds / 2],
                (double) times[0] / bare[0]));
  }

  /** Arguments: way, model folder, text. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    switch (Way.valueOf(arguments[0])) {
      case BARE -> {
        try (HuggingFaceTokenizer tokenizer =
                HuggingFaceTokenizer.newInstance(folder.resolve("tokenizer.json"));
            BareSession session = new BareSession(folder.resolve("model.onnx"))) {
          Encoding encoding = tokenizer.encode(arguments[2]);
          System.out.println(session.run(ints(encoding.getIds()), ints(encoding.getTypeIds())));
        }
      }
      case PARLANCE -> {
        try (Nlp nlp = EncoderBenchmark.open(folder, 1, CachePolicy.defaults())) {
          System.out.println(nlp.classify(arguments[2]).score());
        }
      }
    }
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }
}
