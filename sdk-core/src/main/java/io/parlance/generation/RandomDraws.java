package io.parlance.generation;

/**
 * Uniform numbers that depend on nothing but seed, sequence, and position, so that what is drawn is
 * the same however sequences are batched. SplitMix64 (Steele, Lea, Flood 2014) of a counter.
 */
final class RandomDraws {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private final long key;

  RandomDraws(long seed, int sequence) {
    this.key = mix(mix(seed) + GAMMA * (sequence + 1L));
  }

  /** At least 0 and below 1. */
  double uniform(int position, int draw) {
    long bits = mix(key + GAMMA * (position + 1L) + mix(draw));
    return (bits >>> 11) * 0x1.0p-53;
  }

  private static long mix(long value) {
    long z = value + GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
