package io.parlance.samples.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The small reference models of sdk-core's tests, as properties of the starter. */
final class TestModels {
  private TestModels() {}

  static Path folder(String name) {
    Path folder = Path.of("../../sdk-core/src/test/resources/io/parlance/testmodels", name);
    if (!Files.isDirectory(folder)) {
      throw new AssertionError("no folder " + folder.toAbsolutePath());
    }
    return folder.toAbsolutePath().normalize();
  }

  /** A generator that does not end by itself before its 64 positions are full. */
  static Path endless() throws IOException {
    Path target = Files.createTempDirectory("parlance-web-generator");
    target.toFile().deleteOnExit();
    try (Stream<Path> listed = Files.list(folder("gpt2-with-past"))) {
      for (Path file : listed.toList()) {
        Path copy = target.resolve(file.getFileName());
        Files.copy(file, copy);
        copy.toFile().deleteOnExit();
      }
    }
    Files.writeString(target.resolve("generation_config.json"), "{}"); // no end token
    Files.writeString(
        target.resolve("MODEL_CARD.md"),
        "# Tiny\n\n<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
    return target;
  }

  /** A model for every task but summaries. */
  static List<String> properties() throws IOException {
    return List.of(
        "parlance.startup=lazy",
        "parlance.entity-extractor=" + folder("ner-bert-uncased-io"),
        "parlance.question-answerer=" + folder("qa-roberta"),
        "parlance.mask-filler=" + folder("fillmask-roberta"),
        "parlance.embedder=" + folder("minilm-sentence-embedding"),
        "parlance.ranker=" + folder("rerank-bert"),
        "parlance.translator=" + folder("t5-encoder-decoder"),
        "parlance.text-to-text=" + folder("t5-encoder-decoder"),
        "parlance.generator=" + endless(),
        "parlance.instances.second.summarizer=" + folder("t5-encoder-decoder"));
  }
}
