package io.parlance.samples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** Resident memory of this process, as Linux counts it. */
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";
  private static final String NOW = "VmRSS:";

  private ProcessMemory() {}

  /** The largest so far, in megabytes. */
  static double peakMegabytes() throws IOException {
    return megabytes(PEAK);
  }

  /** What it is now, in megabytes. */
  static double residentMegabytes() throws IOException {
    return megabytes(NOW);
  }

  private static double megabytes(String field) throws IOException {
    try (Stream<String> lines = Files.lines(STATUS)) {
      String line = lines.filter(l -> l.startsWith(field)).findFirst().orElseThrow();
      String[] words = line.substring(field.length()).strip().split(" ");
      if (!words[1].equals("kB")) {
        throw new IOException(STATUS + " has " + Arrays.toString(words) + ", expected kB");
      }
      return Long.parseLong(words[0]) * 1024 / 1e6;
    }
  }
}
