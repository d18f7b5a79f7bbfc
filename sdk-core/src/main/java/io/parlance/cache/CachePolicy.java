package io.parlance.cache;

import io.parlance.InvalidInputException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much is remembered and for how long. Immutable.
 *
 * @param maximumBytes memory that may be taken: for results estimated heap, for prompts native
 *     memory; 0 remembers nothing
 * @param expiry how long something is kept after it was computed, or null for as long as there is
 *     room
 */
public record CachePolicy(long maximumBytes, @Nullable Duration expiry) {
  private static final long DEFAULT_BYTES = 16L << 20;

  public CachePolicy {
    if (maximumBytes < 0) {
      throw new InvalidInputException("cache size " + maximumBytes + " bytes must not be negative");
    }
    if (expiry != null && (expiry.isNegative() || expiry.isZero())) {
      throw new InvalidInputException("cache expiry " + expiry + " must be positive");
    }
  }

  /** Remembers nothing, and computes equal calls each by itself. */
  public static CachePolicy none() {
    return new CachePolicy(0, null);
  }

  /** What is taken where nothing is said: 16 MiB, without expiry. */
  public static CachePolicy defaults() {
    return maximumBytes(DEFAULT_BYTES);
  }

  /**
   * Remembers as much as fits; what is used least makes room.
   *
   * @param bytes memory that may be taken
   */
  public static CachePolicy maximumBytes(long bytes) {
    return new CachePolicy(bytes, null);
  }

  /** The same, forgetting each result some time after it was computed. */
  public CachePolicy expireAfterWrite(Duration time) {
    return new CachePolicy(maximumBytes, time);
  }
}
