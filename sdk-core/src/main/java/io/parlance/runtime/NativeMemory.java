package io.parlance.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Native memory that is handed out and taken back, so that a loop which needs a little more with
 * each step neither clears fresh memory nor waits for the garbage collector. Thread-safe.
 */
final class NativeMemory {
  private static final int ALIGNMENT = 64; // a cache line, and the widest vector load
  private static final int SMALLEST = 1 << 10;
  private static final byte[] ZEROS = new byte[1 << 13];

  private final long kept;
  private final List<ByteBuffer> free = new ArrayList<>(); // given back last is last
  private long freeBytes;

  /**
   * @param kept bytes that are kept for reuse when nobody uses them; what was not used for longest
   *     is left to the garbage collector
   */
  NativeMemory(long kept) {
    this.kept = kept;
  }

  /** Memory of at least the given size, with any contents, in native byte order. */
  ByteBuffer take(long bytes) {
    int size = sizeClass(bytes);
    synchronized (this) {
      for (int i = free.size() - 1; i >= 0; i--) {
        if (free.get(i).capacity() == size) {
          freeBytes -= size;
          return free.remove(i);
        }
      }
    }
    return ByteBuffer.allocateDirect(size + ALIGNMENT - 1)
        .alignedSlice(ALIGNMENT)
        .slice(0, size)
        .order(ByteOrder.nativeOrder());
  }

  /** Takes memory back that came from here; nobody may use it any more. */
  synchronized void giveBack(ByteBuffer memory) {
    free.add(memory);
    freeBytes += memory.capacity();
    while (freeBytes > kept) {
      freeBytes -= free.remove(0).capacity();
    }
  }

  /** Steps of about 1.4, so that what grows by one position a step is seldom taken anew. */
  private static int sizeClass(long bytes) {
    long size = SMALLEST;
    while (size < bytes) {
      size = Long.bitCount(size) == 1 ? size + size / 2 : size / 3 * 4;
    }
    if (size > Integer.MAX_VALUE - 2 * ALIGNMENT) {
      throw new IllegalArgumentException(
          bytes
              + " bytes do not fit into one tensor of a decoder (2 GiB); run fewer or shorter"
              + " sequences at once");
    }
    return (int) size;
  }

  static void clear(ByteBuffer memory, int from, int bytes) {
    for (int done = 0; done < bytes; done += ZEROS.length) {
      memory.put(from + done, ZEROS, 0, Math.min(ZEROS.length, bytes - done));
    }
  }
}
