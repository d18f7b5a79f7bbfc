package io.parlance.samples.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Where results go: standard output, or a file that appears whole when the work is done and not at
 * all when it fails. Until {@link #commit} a file's content stands beside it under a hidden name.
 */
final class Output implements AutoCloseable {

  private final OutputStream out;
  private final @Nullable Path temporary;
  private final @Nullable Path target;
  private final @Nullable Thread atExit;

  private Output(OutputStream out, @Nullable Path temporary, @Nullable Path target) {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.temporary = temporary;
    this.target = target;
    this.atExit = temporary == null ? null : new Thread(() -> delete(temporary));
    if (atExit != null) {
      Runtime.getRuntime().addShutdownHook(atExit);
    }
  }

  /** Writes to {@code file}, or to {@code standardOutput} where there is none. */
  static Output open(@Nullable Path file, OutputStream standardOutput) {
    if (file == null) {
      return new Output(standardOutput, null, null);
    }
    try {
      if (Files.isDirectory(file)) {
        throw new RefusedException("cannot write " + file + ": it is a folder");
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        // a pipe or a device cannot be replaced by a file
        return new Output(Files.newOutputStream(file), null, null);
      }
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      if (Files.exists(target) && !Files.isWritable(target)) {
        throw new RefusedException("cannot write " + file + ": permission denied");
      }
      Path temporary =
          target.resolveSibling(
              "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
      return new Output(
          Files.newOutputStream(
              temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING),
          temporary,
          target);
    } catch (IOException e) {
      throw new RefusedException("cannot write " + file + ": " + Failure.reason(e), e);
    }
  }

  OutputStream stream() {
    return out;
  }

  /** Everything was written: lets the file appear. */
  void commit() throws IOException {
    out.flush();
    if (temporary == null || target == null) {
      return;
    }
    out.close();
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Without {@link #commit} nothing is left of the file. */
  @Override
  public void close() throws IOException {
    try {
      out.close();
    } finally {
      if (temporary != null) {
        delete(temporary);
      }
      if (atExit != null) {
        forget(atExit);
      }
    }
  }

  private static void forget(Thread atExit) {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // the process is ending and the hook is doing its work
    }
  }

  private static void delete(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // nothing better can be done about a leftover at the end of the process
    }
  }
}
