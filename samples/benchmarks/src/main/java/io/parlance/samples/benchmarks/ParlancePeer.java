package io.parlance.samples.benchmarks;

import io.parlance.Execution;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import io.parlance.task.TextEmbedder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Mean pooled, normalized embeddings by Parlance; started by {@link PeerBenchmark}. Arguments:
 * threads in a run (0: the default), model folder, file of texts, rounds.
 */
final class ParlancePeer {
  private ParlancePeer() {}

  public static void main(String[] arguments) throws Exception {
    List<String> texts = Files.readAllLines(Path.of(arguments[2]));
    try (Nlp nlp =
        Nlp.builder()
            .embedder(Path.of(arguments[1]))
            .execution(Execution.cpu().threadsPerRun(Integer.parseInt(arguments[0])))
            .cache(CachePolicy.none())
            .build()) {
      TextEmbedder embedder = nlp.embedder().normalize(true);
      System.out.println("check " + embedder.embed(texts.get(0)).vector()[0]);
      for (int round = 0; round < Integer.parseInt(arguments[3]); round++) {
        long start = System.nanoTime();
        texts.forEach(embedder::embed);
        System.out.println("one " + (System.nanoTime() - start));
        start = System.nanoTime();
        embedder.embed(texts);
        System.out.println("all " + (System.nanoTime() - start));
      }
    }
  }
}
