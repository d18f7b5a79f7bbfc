package io.parlance;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.cache.CachePolicy;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process must start and end without a crash of the JVM, whatever goes on. */
class ProcessExitTest {
  @RepeatedTest(5)
  void endsWhileCallsRun(@TempDir Path folder) throws Exception {
    runsWell(folder, Leaving.class, "-Dunused=");
  }

  /** ONNX Runtime is still being loaded then. */
  @RepeatedTest(5)
  void endsAtOnce(@TempDir Path folder) throws Exception {
    runsWell(folder, Opening.class, "-Dunused=");
  }

  @Test
  void startsWithALongCommandLine(@TempDir Path folder) throws Exception {
    runsWell(folder, Classifying.class, "-Dunused=" + "x".repeat(100_000));
  }

  private static void runsWell(Path folder, Class<?> main, String option) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                option,
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                TestModels.folder("textcls-bert").toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(folder.toFile().listFiles(File::isFile)).isEmpty();
  }

  /** A process that does nothing with what it opened. */
  static final class Opening {
    private Opening() {}

    public static void main(String[] arguments) {
      Nlp.builder().classifier(Path.of(arguments[0])).build().close();
    }
  }

  /** A process that has one text classified. */
  static final class Classifying {
    private Classifying() {}

    public static void main(String[] arguments) {
      try (Nlp nlp = Nlp.builder().classifier(Path.of(arguments[0])).build()) {
        nlp.classify("The hotel was excellent.");
      }
    }
  }

  /** A process that leaves as soon as every thread has had an answer. */
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
