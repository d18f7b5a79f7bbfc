package io.parlance.samples.benchmarks;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import java.nio.file.Path;
import java.util.Arrays;
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
  static void print(String shape, Path folder, String text, int rounds) throws Exception {
    Turns turns = new Turns(); // the first round fills the file cache
    for (Way way : Way.values()) {
      turns.add(
          way.text, () -> JavaProcess.run(ColdStart.class, way.name(), folder.toString(), text));
    }
    Map<String, Turns.Times> times = turns.measure(rounds);
    Turns.Times bare = Objects.requireNonNull(times.get(Way.BARE.text));
    times.forEach(
        (way, each) ->
            System.out.printf(
                "| %s | cold process to its first result, %s | %.0f ms (%.0f) | %s |%n",
                shape, way, each.median() / 1e6, each.best() / 1e6, bare.timeBeside(each)));
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
