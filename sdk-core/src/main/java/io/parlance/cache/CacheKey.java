package io.parlance.cache;

import io.parlance.TextInput;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * An input in its scope. Long texts are kept as their SHA-256, so that a text of a megabyte does
 * not fill the cache.
 *
 * @param scope what else the result depends on
 * @param input the {@link TextInput} or its {@link Digest}
 * @param bytes estimated heap of key and bookkeeping
 */
record CacheKey(Object scope, Object input, int bytes) {
  private static final int LONG_TEXT = 2_048; // UTF-16 units
  private static final int OVERHEAD =
      200; // entry, future and records around key and result, on a 64-bit JVM

  /** SHA-256 of a long input. */
  private record Digest(long a, long b, long c, long d) {}

  static CacheKey of(Object scope, TextInput input) {
    String pair = input.pair();
    long units = input.text().length() + (long) (pair == null ? 0 : pair.length());
    return units <= LONG_TEXT
        ? new CacheKey(scope, input, OVERHEAD + Character.BYTES * (int) units)
        : new CacheKey(scope, digest(input), OVERHEAD);
  }

  private static Digest digest(TextInput input) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      add(sha256, input.text());
      if (input.pair() != null) {
        add(sha256, input.pair());
      }
      ByteBuffer hash = ByteBuffer.wrap(sha256.digest());
      return new Digest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** The length goes first, so that two texts are never taken for one or for two others. */
  private static void add(MessageDigest sha256, String text) {
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, text.length()));
    // UTF-16 keeps lone surrogates apart, which UTF-8 would all turn into '?'
    ByteBuffer chunk = ByteBuffer.allocate(1 << 13);
    int perChunk = chunk.capacity() / Character.BYTES;
    for (int start = 0; start < text.length(); start += perChunk) {
      int end = Math.min(text.length(), start + perChunk);
      chunk.clear().asCharBuffer().put(text, start, end);
      sha256.update(chunk.limit(Character.BYTES * (end - start)));
    }
  }
}
