package io.parlance.samples.cli;

import io.parlance.models.files.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where results go: standard output, or a file that appears whole when the work is done and not at
 * all when it fails.
 */
final class Output {

  private static final int BUFFER = 1 << 16;

  /** Writes the results. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private Output() {}

  /**
   * Writes to {@code file}, or to {@code standardOutput} where there is none.
   *
   * @throws RefusedException before any work is done, where the file cannot be written
   */
  static void write(@Nullable Path file, OutputStream standardOutput, Content content)
      throws IOException {
    if (file == null) {
      fill(standardOutput, content);
      return;
    }
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      // a pipe or a device cannot be replaced by a file
      try (OutputStream out = Files.newOutputStream(file)) {
        fill(out, content);
      }
      return;
    }
    check(file);
    // what a symbolic link points to is replaced, not the link
    Path target = Files.exists(file) ? file.toRealPath() : file;
    AtomicFile.write(target, channel -> fill(Channels.newOutputStream(channel), content));
  }

  private static void fill(OutputStream out, Content content) throws IOException {
    OutputStream buffered = new BufferedOutputStream(out, BUFFER);
    content.writeTo(buffered);
    buffered.flush();
  }

  private static void check(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    String reason = null;
    if (Files.isDirectory(file)) {
      reason = "it is a folder";
    } else if (folder == null || !Files.isDirectory(folder)) {
      reason = "there is no folder " + folder;
    } else if (!Files.isWritable(folder) || (Files.exists(file) && !Files.isWritable(file))) {
      reason = "permission denied";
    }
    if (reason != null) {
      throw new RefusedException("cannot write " + file + ": " + reason);
    }
  }
}
