package io.parlance;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.cache.CachePolicy;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** A process that ends while graphs run must end quietly, not by a crash of the JVM. */
class ProcessExitTest {
  @RepeatedTest(5)
  void endsWhileCallsRun(@TempDir Path folder) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                "-cp",
                System.getProperty("java.class.path"),
                Leaving.class.getName(),
                TestModels.folder("textcls-bert").toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(folder.toFile().listFiles(File::isFile)).isEmpty();
  }

  /** The process: leaves as soon as every thread has had an answer. */
  static final class Leaving {
    private Leaving() {}

    public static void main(String[] arguments) throws InterruptedException {
      Nlp nlp = Nlp.builder().classifier(Path.of(arguments[0])).cache(CachePolicy.none()).build();
      List<String> texts =
          java.util.Collections.nCopies(20, "The hotel was excellent. ".repeat(10));
      int threads = 4;
      CountDownLatch working = new CountDownLatch(threads);
      for (int i = 0; i < threads; i++) {
        Thread thread =
            new Thread(
                () -> {
                  while (true) {
                    nlp.classify(texts);
                    working.countDown();
                  }
                });
        thread.setDaemon(true);
        thread.start();
      }
      working.await();
      System.exit(0);
    }
  }
}
