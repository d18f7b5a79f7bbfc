package io.parlance.models.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;

/**
 * Writes files that are either complete or not there: into a temporary sibling, forced to the disk,
 * then renamed over the target in one step. A process that dies at any moment leaves the target as
 * it was or as it should be.
 */
public final class AtomicFile {

  private static final boolean FOLDERS_CAN_BE_OPENED =
      !System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to {@code target}, which buffers nothing. */
    void writeTo(WritableByteChannel target) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes {@code target}, replacing a file that is there. If anything fails, the target stays as
   * it was and the temporary file is removed.
   *
   * @throws IOException if the folder is missing or not writable, or the disk is full
   */
  public static void write(Path target, Content content) throws IOException {
    Path folder = parent(target);
    Path temporary = temporarySibling(target);
    try {
      // not createTempFile: its files are for their owner only, and stay so when renamed
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    forceFolder(folder);
  }

  /** Writes {@code text} as UTF-8. */
  public static void writeString(Path target, String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    write(target, channel -> writeFully(channel, bytes));
  }

  /**
   * Forces the names in {@code folder} to the disk, so that a rename in it outlives a power cut.
   */
  public static void forceFolder(Path folder) throws IOException {
    // Windows cannot open folders and journals renames itself
    if (FOLDERS_CAN_BE_OPENED) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Writes all remaining bytes. */
  public static void writeFully(WritableByteChannel target, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      target.write(bytes);
    }
  }

  /** A hidden name beside {@code target} that nothing has. */
  static Path temporarySibling(Path target) {
    return parent(target).resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
  }

  private static Path parent(Path target) {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IllegalArgumentException(target + " is not a file that can be written");
    }
    return folder;
  }
}
