package io.parlance.model.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps other threads and other processes from downloading the same content at the same time. The
 * file stays: removing it would let two processes lock two files of one name. Python tools lock by
 * flock, which a JVM does not see on Linux; then both may download, and the check of the content
 * before the atomic move keeps the cache right.
 */
final class CacheLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CacheLock.class);
  private static final Map<Path, Shared> IN_PROCESS = new HashMap<>();

  private final Path file;
  private final Shared shared;
  private @Nullable FileChannel channel;

  /** The lock among the threads of this process, and how many hold it or wait for it. */
  private static final class Shared {
    final ReentrantLock lock = new ReentrantLock();
    int users;
  }

  private CacheLock(Path file, Shared shared) {
    this.file = file;
    this.shared = shared;
  }

  /** Waits until it is ours. */
  static CacheLock acquire(Path file, Retry retry) throws IOException, InterruptedException {
    Shared shared;
    synchronized (IN_PROCESS) {
      shared = IN_PROCESS.computeIfAbsent(file, key -> new Shared());
      shared.users++;
    }
    try {
      shared.lock.lockInterruptibly();
    } catch (InterruptedException e) {
      forget(file, shared);
      throw e;
    }
    CacheLock held = new CacheLock(file, shared);
    try {
      held.lockFile(retry);
      return held;
    } catch (IOException | InterruptedException | RuntimeException e) {
      held.close();
      throw e;
    }
  }

  @SuppressWarnings("unused") // a file lock is held through its channel
  private void lockFile(Retry retry) throws IOException, InterruptedException {
    FileChannel opened =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel = opened;
    while (true) {
      try {
        FileLock lock = opened.lock();
        return;
      } catch (OverlappingFileLockException e) {
        retry.pauseShortly(); // this class under another class loader of the process holds it
      } catch (FileLockInterruptionException e) {
        Thread.interrupted();
        InterruptedException interrupted = new InterruptedException();
        interrupted.initCause(e);
        throw interrupted;
      } catch (IOException e) {
        LOG.warn("{} cannot be locked ({}); other processes may download the same", file, e + "");
        return;
      }
    }
  }

  private static void forget(Path file, Shared shared) {
    synchronized (IN_PROCESS) {
      if (--shared.users == 0) {
        IN_PROCESS.remove(file);
      }
    }
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.debug("{} did not close", file, e);
    } finally {
      shared.lock.unlock();
      forget(file, shared);
    }
  }
}
