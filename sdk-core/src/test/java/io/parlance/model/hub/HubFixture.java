package io.parlance.model.hub;

import static io.parlance.model.hub.FakeHub.REPOSITORY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A small hub, an empty cache, and what tests of both say often. */
abstract class HubFixture {
  static final String CONFIG = "config.json";
  static final String GRAPH = "onnx/model.onnx";
  static final byte[] BYTES = new byte[300_000];

  static {
    new Random(7).nextBytes(BYTES);
  }

  @TempDir Path cache;
  FakeHub hub;
  final List<Duration> pauses = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    hub =
        new FakeHub()
            .file(CONFIG, "{\"model_type\": \"bert\"}")
            .file("empty.txt", "")
            .large(GRAPH, BYTES);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  HubOptions options() {
    return HubOptions.fromEnvironment(Map.of("HF_HUB_CACHE", cache.toString()))
        .endpoint(hub.endpoint());
  }

  HubSnapshot open(String reference, HubOptions options) {
    return HubSnapshot.open(HubReference.parse(reference), options, pauses::add);
  }

  HubSnapshot open(String reference) {
    return open(reference, options());
  }

  HubSnapshot main() {
    return open("hf:" + REPOSITORY);
  }

  Path repository() {
    return cache.resolve("models--acme--tiny");
  }

  List<String> tree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> !Files.isDirectory(file))
          .map(
              file -> {
                String name = folder.relativize(file).toString();
                try {
                  return Files.isSymbolicLink(file)
                      ? name + " -> " + Files.readSymbolicLink(file)
                      : name;
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              })
          .sorted()
          .toList();
    }
  }
}
