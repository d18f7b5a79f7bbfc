package io.parlance.samples.batch;

import org.jspecify.annotations.Nullable;

/**
 * A document of the input, before it is registered.
 *
 * @param name its path below the folder, or the id of its line
 * @param line where its line is, or null where it is a file
 */
record FoundDocument(String name, @Nullable LinePosition line) {
  /** Longer names fit no index. */
  static final int LONGEST_NAME = 600;

  /** The name of a line that has none, or none of its own. */
  static String nameOfLine(long number) {
    return "line " + number;
  }
}
