package io.parlance.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A folder that native libraries are unpacked into.
 *
 * @param path the folder
 * @param writable whether a file could be written there
 * @param noExecution whether it is mounted {@code noexec}, so that no library in it can be loaded
 * @param freeBytes free space, -1 where it is not known
 */
record TemporaryFolder(String path, boolean writable, boolean noExecution, long freeBytes) {

  static TemporaryFolder of(Host host, String path) {
    Path folder = Path.of(path);
    return new TemporaryFolder(path, isWritable(folder), isNoExecution(host, folder), free(folder));
  }

  /** By trying it: permissions say nothing about a file system that is mounted read-only. */
  private static boolean isWritable(Path folder) {
    try {
      Files.delete(Files.createTempFile(folder, "parlance", ".tmp"));
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static long free(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }

  /** Looks for the mount that holds the folder: the longest mount point that it starts with. */
  private static boolean isNoExecution(Host host, Path folder) {
    Path real = folder.toAbsolutePath().normalize();
    try {
      real = folder.toRealPath();
    } catch (IOException | RuntimeException e) {
      // a folder that is not there yet is where its name says
    }
    boolean found = false;
    int longest = -1;
    for (String mount : host.lines("/proc/self/mounts")) {
      String[] fields = mount.split(" ", -1);
      if (fields.length >= 4) {
        Path point = Path.of(fields[1].replace("\\040", " "));
        if (real.startsWith(point) && point.getNameCount() >= longest) {
          longest = point.getNameCount();
          found = Arrays.asList(fields[3].split(",", -1)).contains("noexec");
        }
      }
    }
    return found;
  }

  @Override
  public String toString() {
    return path
        + (writable ? ", writable" : ", NOT writable")
        + (noExecution ? ", mounted noexec" : "")
        + (freeBytes < 0 ? "" : ", " + (freeBytes >> 20) + " MiB free");
  }
}
