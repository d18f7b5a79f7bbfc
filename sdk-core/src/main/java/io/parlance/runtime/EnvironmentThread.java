package io.parlance.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A thread with room for what ONNX Runtime does when its environment is made: version 1.29 searches
 * the command line of the process by a matcher that recurses for each character. A class path of
 * 4,000 characters, as development environments pass it, overflows the megabyte that a Java thread
 * has, and kills the JVM without a word.
 */
final class EnvironmentThread {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final long BASE_BYTES = 8 << 20;
  private static final long BYTES_PER_CHARACTER = 1 << 10; // measured: less than 300
  private static final long COMMAND_LINE_LIMIT = 2 << 20; // of Linux, for all arguments together

  private EnvironmentThread() {}

  /** Runs the work and waits for it. What it throws comes out as it is. */
  static <T> T call(Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    long stack = BASE_BYTES + BYTES_PER_CHARACTER * commandLineLength();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                result.complete(work.get());
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            },
            "parlance-environment",
            stack);
    thread.setDaemon(true);
    thread.start();
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException exception) {
        throw exception;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  /** Its pages are only taken when they are touched, so a guess may be too high. */
  private static long commandLineLength() {
    try {
      return Files.readAllBytes(COMMAND_LINE).length;
    } catch (IOException | SecurityException notLinux) {
      return Math.min(
          ProcessHandle.current().info().commandLine().map(String::length).orElse(1 << 15),
          COMMAND_LINE_LIMIT);
    }
  }
}
