package io.parlance.samples.benchmarks;

import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Processes documents in one way and prints the peak memory of the process; started by {@link
 * EncoderBenchmark}.
 */
final class MemoryProcess {
  private static final int ROUNDS = 2;

  /** How documents are handed over. */
  enum Way {
    ONE("one text at a time, 1 thread"),
    ALL("all texts at once"),
    ASYNC("asynchronous calls");

    private final String text;

    Way(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private MemoryProcess() {}

  /** Arguments: way, model folder, file of texts, threads. */
  public static void main(String[] arguments) throws Exception {
    Way way = Way.valueOf(arguments[0]);
    List<String> texts = Files.readAllLines(Path.of(arguments[2]));
    int threads = way == Way.ONE ? 1 : Integer.parseInt(arguments[3]);
    try (Nlp nlp = EncoderBenchmark.open(Path.of(arguments[1]), threads, CachePolicy.none())) {
      for (int round = 0; round < ROUNDS; round++) {
        switch (way) {
          case ONE -> texts.forEach(nlp::classify);
          case ALL -> nlp.classify(texts);
          case ASYNC -> EncoderBenchmark.runAsync(nlp, texts);
        }
      }
    }
    System.out.printf("%.0f%n", ProcessMemory.peakMegabytes());
  }
}
