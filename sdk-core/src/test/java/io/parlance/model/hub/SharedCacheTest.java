package io.parlance.model.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several threads or processes that want the same file have it downloaded once. */
class SharedCacheTest {
  private static final String GRAPH = "model.onnx";
  private static final byte[] BYTES = new byte[3_000_000];

  static {
    new Random(11).nextBytes(BYTES);
  }

  @TempDir private Path cache;
  private FakeHub hub;

  @BeforeEach
  void start() throws IOException {
    hub = new FakeHub().file("config.json", "{}").large(GRAPH, BYTES);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private long transfers() {
    return hub.requests().stream()
        .filter(each -> each.method().equals("GET") && each.path().startsWith("/content/"))
        .count();
  }

  @Test
  void threads() throws Exception {
    HubOptions options =
        HubOptions.fromEnvironment(Map.of("HF_HUB_CACHE", cache.toString()))
            .endpoint(hub.endpoint());
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      Callable<Path> fetch =
          () -> HubSnapshot.open(HubReference.parse("acme/tiny"), options).fetch(GRAPH);
      for (Future<Path> each : threads.invokeAll(Collections.nCopies(6, fetch))) {
        assertThat(each.get()).hasBinaryContent(BYTES);
      }
    } finally {
      threads.shutdown();
    }
    assertThat(transfers()).isEqualTo(1);
  }

  @Test
  void processes() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Fetching.class.getName(),
                  cache.toString(),
                  hub.endpoint())
              .redirectErrorStream(true)
              .start());
    }
    // both are ready; now they start together
    for (Process process : processes) {
      assertThat(process.getInputStream().read()).isEqualTo('r');
    }
    for (Process process : processes) {
      process.getOutputStream().write('\n');
      process.getOutputStream().close();
    }
    for (Process process : processes) {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      assertThat(Path.of(output.lines().reduce((a, b) -> b).orElseThrow())).hasBinaryContent(BYTES);
    }
    assertThat(transfers()).isEqualTo(1);
  }

  /** A process that fetches the file when it is told to. */
  static final class Fetching {
    private Fetching() {}

    public static void main(String[] arguments) throws IOException {
      HubOptions options =
          HubOptions.fromEnvironment(Map.of("HF_HUB_CACHE", arguments[0])).endpoint(arguments[1]);
      HubSnapshot snapshot = HubSnapshot.open(HubReference.parse("acme/tiny"), options);
      System.out.print('r');
      System.out.flush();
      if (System.in.read() >= 0) {
        System.out.println();
        System.out.println(snapshot.fetch(GRAPH));
      }
    }
  }
}
