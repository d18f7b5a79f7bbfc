package io.parlance.runtime;

import io.parlance.InvalidInputException;
import java.nio.ByteBuffer;

/**
 * What a decoder computed for some consecutive tokens of one sequence, kept apart from any batch:
 * their keys and values, in native memory. Several users may hold it; the memory goes back to the
 * decoder, once, when the last of them has closed it. Thread-safe.
 */
public final class CachedTokens implements AutoCloseable {
  private final Decoder decoder;
  private final int count;
  private final ByteBuffer memory;
  private int users = 1; // guarded by this

  private CachedTokens(Decoder decoder, int count, ByteBuffer memory) {
    this.decoder = decoder;
    this.count = count;
    this.memory = memory;
    NativeHandles.opened();
  }

  /** Copies; the source stays as it is. */
  static CachedTokens copy(Decoder decoder, int count, CopySlot source) {
    CachedTokens copy = new CachedTokens(decoder, count, decoder.take(bytes(decoder, count)));
    for (int slot = 0; slot < decoder.next().own().size(); slot++) {
      source.into(slot, copy.row(slot));
    }
    return copy;
  }

  /** Fills one tensor's part of the memory. */
  interface CopySlot {
    void into(int slot, CacheSlot.Row target);
  }

  /** Bytes that so many tokens of one sequence take. */
  static long bytes(Decoder decoder, int count) {
    return decoder.next().own().stream().mapToLong(slot -> slot.bytes(1, count)).sum();
  }

  /**
   * The first tokens of some that are kept.
   *
   * @param tokens where they are
   * @param count how many of them
   */
  public record Part(CachedTokens tokens, int count) {
    public Part {
      if (count < 1 || count > tokens.count) {
        throw new InvalidInputException(count + " tokens of " + tokens.count + " that are kept");
      }
    }
  }

  /** Number of tokens. */
  public int count() {
    return count;
  }

  /** Native memory that it takes. */
  public long bytes() {
    return memory.capacity();
  }

  /**
   * Adds a user, who closes it too.
   *
   * @return false if the memory is gone already
   */
  public synchronized boolean retain() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  /** The memory of one tensor as a row of its own. */
  CacheSlot.Row row(int slot) {
    synchronized (this) {
      if (users == 0) {
        throw new IllegalStateException("these tokens are not kept any more");
      }
    }
    int from = 0;
    for (CacheSlot before : decoder.next().own().subList(0, slot)) {
      from += Math.toIntExact(before.bytes(1, count));
    }
    int bytes = Math.toIntExact(decoder.next().own().get(slot).bytes(1, count));
    return new CacheSlot.Row(memory.slice(from, bytes), 0, 1, count);
  }

  /** One user less; closing more often than there are users does nothing. */
  @Override
  public synchronized void close() {
    if (users > 0 && --users == 0) {
      decoder.giveBack(memory);
      NativeHandles.closed();
    }
  }
}
