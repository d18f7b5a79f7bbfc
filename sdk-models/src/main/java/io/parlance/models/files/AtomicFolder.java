package io.parlance.models.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes folders that are either complete or not there: into a temporary sibling that is then
 * renamed.
 */
public final class AtomicFolder {

  /** Fills a folder. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything into {@code folder}, which is empty. */
    void writeTo(Path folder) throws IOException;
  }

  private AtomicFolder() {}

  /**
   * Writes {@code target}. If anything fails, a folder that is there stays as it was and nothing is
   * left beside it. Replacing takes two renames; a process that dies between them leaves the old
   * folder under a hidden name beside the target.
   *
   * @param target replaced with all it holds if it exists; its parents are made
   * @throws IOException if the place is not writable or the disk is full
   */
  public static void write(Path target, Content content) throws IOException {
    Path place = target.toAbsolutePath().normalize();
    Path parent = place.getParent();
    if (parent == null) {
      throw new IOException(target + " is not a folder that can be written");
    }
    Files.createDirectories(parent);
    if (!Files.isWritable(parent)) {
      throw new AccessDeniedException(parent.toString(), null, "not writable");
    }
    Path temporary = AtomicFile.temporarySibling(place);
    try {
      Files.createDirectory(temporary);
      content.writeTo(temporary);
      AtomicFile.forceFolder(temporary);
      if (Files.exists(place)) {
        replace(place, temporary);
      } else {
        Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
      }
      AtomicFile.forceFolder(parent);
    } finally {
      delete(temporary);
    }
  }

  private static void replace(Path place, Path temporary) throws IOException {
    Path old = AtomicFile.temporarySibling(place);
    Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
    try {
      Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.move(old, place, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
    delete(old);
  }

  /** Deletes a folder with all it holds, if it exists. */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> found = Files.walk(folder)) {
      deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
