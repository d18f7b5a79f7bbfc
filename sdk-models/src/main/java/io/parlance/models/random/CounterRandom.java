package io.parlance.models.random;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * A counter-based random generator: each value is a pure function of the generator's key and a
 * position, so that a run which is stopped and resumed at step {@code n} draws exactly what an
 * undisturbed run draws at step {@code n}, whatever was drawn before and in whatever order.
 *
 * <p>A generator is made from a seed and narrowed by names and numbers, e.g. {@code
 * CounterRandom.of(seed).fork("dropout").fork(step).fork("encoder.layer.0")}. Forks of one
 * generator are independent of each other and of their parent. Instances are immutable and
 * thread-safe. Results are the same on every platform and every Java version.
 *
 * <p>The bits come from the SplitMix64 finalizer (Steele, Lea and Flood 2014, constants of
 * Stafford's variant 13) over {@code key + (position + 1) * 0x9E3779B97F4A7C15}, the same sequence
 * {@link java.util.SplittableRandom} gives for that seed.
 */
public final class CounterRandom {

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final long LANE_TOP_BITS = 0x8000_8000_8000_8000L;
  private static final long LANE_ONES = 0x0001_0001_0001_0001L;

  /**
   * Positions of the second and later attempts of a rejection are this far from those of the one
   * before.
   */
  private static final long ATTEMPT_STRIDE = 1L << 48;

  private final long key;

  private CounterRandom(long key) {
    this.key = key;
  }

  /** The generator of {@code seed}; any value is a good seed. */
  public static CounterRandom of(long seed) {
    return new CounterRandom(seed);
  }

  /** The independent generator number {@code index} under this one, e.g. one a step. */
  public CounterRandom fork(long index) {
    return new CounterRandom(mix(mix(key ^ 0x6A09E667F3BCC909L) + GOLDEN_GAMMA * index));
  }

  /** The independent generator called {@code stream} under this one, e.g. one a dropout site. */
  public CounterRandom fork(String stream) {
    long hash = stream.length();
    for (int i = 0; i < stream.length(); i++) {
      hash = mix(hash + GOLDEN_GAMMA * (stream.charAt(i) + 1L));
    }
    return new CounterRandom(mix(mix(key ^ 0xBB67AE8584CAA73BL) + hash));
  }

  /** The 64 random bits at {@code position}. */
  public long bits(long position) {
    return mix(key + (position + 1) * GOLDEN_GAMMA);
  }

  /** A uniform double in [0, 1) at {@code position}, a multiple of 2^-53. */
  public double uniform(long position) {
    return (bits(position) >>> 11) * 0x1.0p-53;
  }

  /**
   * A uniform integer in [0, {@code bound}) at {@code position}. The probabilities of two values
   * differ by at most 2^-32 of themselves.
   *
   * @throws IllegalArgumentException if {@code bound} is not positive
   */
  public int below(int bound, long position) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound " + bound + " must be positive");
    }
    // the upper half of the 64 x 32 bit product, by halves because Java 17 has no unsigned
    // multiplyHigh
    long random = bits(position);
    long low = (random & 0xFFFF_FFFFL) * bound >>> 32;
    return (int) ((random >>> 32) * bound + low >>> 32);
  }

  /** A standard normal value at {@code position} (Box and Muller 1958). */
  public double normal(long position) {
    // 1 - u lies in (0, 1], so the logarithm is finite
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(2 * position)));
    return radius * StrictMath.cos(2 * Math.PI * uniform(2 * position + 1));
  }

  /**
   * A standard normal value at {@code position}, drawn again until it lies within two standard
   * deviations, as the original BERT initializes (its standard deviation is then 0.8796).
   */
  public double truncatedNormal(long position) {
    double value = normal(position);
    for (long attempt = 1; Math.abs(value) > 2; attempt++) {
      value = normal(position + attempt * ATTEMPT_STRIDE);
    }
    return value;
  }

  /** Fills what remains of {@code target} with normal values; its position does not change. */
  public void fillNormal(FloatBuffer target, double mean, double standardDeviation) {
    int start = target.position();
    for (int i = 0; i < target.remaining(); i++) {
      target.put(start + i, (float) (mean + standardDeviation * normal(i)));
    }
  }

  /**
   * Fills what remains of {@code target} with normal values of the given standard deviation, none
   * further than twice that from {@code mean}; its position does not change.
   */
  public void fillTruncatedNormal(FloatBuffer target, double mean, double standardDeviation) {
    int start = target.position();
    for (int i = 0; i < target.remaining(); i++) {
      target.put(start + i, (float) (mean + standardDeviation * truncatedNormal(i)));
    }
  }

  /**
   * Fills what remains of {@code target} with uniform values in [low, high); its position does not
   * change.
   */
  public void fillUniform(FloatBuffer target, double low, double high) {
    int start = target.position();
    for (int i = 0; i < target.remaining(); i++) {
      target.put(start + i, (float) (low + (high - low) * uniform(i)));
    }
  }

  /**
   * The numbers 0 to {@code size - 1} in random order (Fisher and Yates); each order is equally
   * likely.
   */
  public int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = below(i + 1, i);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /**
   * The probability that {@link #fillKeepMask} really drops with when asked for {@code
   * probability}: the nearest multiple of 2^-16 below 1, at most 7.7e-6 away (1.6e-5 for
   * probabilities above 0.99999).
   *
   * @throws IllegalArgumentException if {@code probability} is not in [0, 1)
   */
  public static double realizedDropProbability(double probability) {
    return dropThreshold(probability) * 0x1.0p-16;
  }

  /**
   * Fills what remains of {@code target} with a dropout mask, one byte an element: 0 (drop) with
   * {@code dropProbability}, else 1 (keep), each element independently. Sixteen random bits decide
   * an element, so the real probability is {@link #realizedDropProbability}. The buffer's position
   * does not change. About half a nanosecond an element.
   *
   * @throws IllegalArgumentException if {@code dropProbability} is not in [0, 1)
   */
  public void fillKeepMask(ByteBuffer target, double dropProbability) {
    long threshold = dropThreshold(dropProbability);
    ByteBuffer mask = target.slice().order(ByteOrder.LITTLE_ENDIAN);
    long lanes = threshold * LANE_ONES;
    int words = mask.capacity() / Long.BYTES;
    long counter = key;
    for (int word = 0; word < words; word++) {
      long even = mix(counter += GOLDEN_GAMMA);
      long odd = mix(counter += GOLDEN_GAMMA);
      mask.putLong(word * Long.BYTES, keepBytes(even, odd, lanes));
    }
    if (words * Long.BYTES < mask.capacity()) {
      long last = keepBytes(bits(2L * words), bits(2L * words + 1), lanes);
      for (int i = words * Long.BYTES; i < mask.capacity(); i++) {
        mask.put(i, (byte) (last >>> (i % Long.BYTES * Byte.SIZE)));
      }
    }
  }

  /**
   * Eight bytes, 1 where the 16-bit lane of {@code even} or {@code odd} (alternating) is at least
   * the threshold.
   */
  private static long keepBytes(long even, long odd, long threshold) {
    return lanesAtLeast(even, threshold) >>> 15 | lanesAtLeast(odd, threshold) >>> 7;
  }

  /** Compares four unsigned 16-bit lanes at once; the top bit of each lane is the answer. */
  private static long lanesAtLeast(long value, long threshold) {
    long lowDifference = (value | LANE_TOP_BITS) - (threshold & ~LANE_TOP_BITS);
    return (value & ~threshold | ~(value ^ threshold) & lowDifference) & LANE_TOP_BITS;
  }

  private static long dropThreshold(double probability) {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "dropout probability " + probability + " must be at least 0 and below 1");
    }
    return Math.min(0xFFFF, Math.round(probability * 0x1.0p16));
  }

  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
