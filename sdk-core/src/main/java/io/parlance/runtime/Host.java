package io.parlance.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where {@link Diagnostics} looks: files of the operating system, environment and system
 * properties. Whatever cannot be read counts as not there, because a report has to come out of any
 * machine.
 *
 * @param root what paths like {@code /proc} are relative to
 * @param environment a variable by its name, or null
 * @param properties a system property by its name, or null
 */
record Host(
    Path root,
    Function<String, @Nullable String> environment,
    Function<String, @Nullable String> properties) {

  /** The machine that this process runs on. */
  static Host here() {
    return new Host(Path.of("/"), System::getenv, System::getProperty);
  }

  /** A file by its absolute name on the host. */
  Path path(String absolute) {
    return root.resolve(absolute.startsWith("/") ? absolute.substring(1) : absolute);
  }

  boolean exists(String absolute) {
    return Files.exists(path(absolute));
  }

  /** The lines of a text file, none if it cannot be read. */
  List<String> lines(String absolute) {
    try {
      return Files.readAllLines(path(absolute), StandardCharsets.ISO_8859_1);
    } catch (IOException | RuntimeException e) {
      return List.of();
    }
  }

  /** The first line of a file, empty if it cannot be read. */
  String line(String absolute) {
    List<String> lines = lines(absolute);
    return lines.isEmpty() ? "" : lines.get(0).strip();
  }

  /** All bytes of a file as characters of one byte each, empty if it cannot be read. */
  String bytes(String absolute) {
    try {
      return Files.readString(path(absolute), StandardCharsets.ISO_8859_1);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      return "";
    }
  }

  /** A system property, or "unknown". */
  String property(String name) {
    String value = properties.apply(name);
    return value == null ? "unknown" : value;
  }

  boolean isLinux() {
    return property("os.name").startsWith("Linux");
  }
}
