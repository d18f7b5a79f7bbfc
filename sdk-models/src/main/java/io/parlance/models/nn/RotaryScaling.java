package io.parlance.models.nn;

import java.util.List;
import java.util.stream.Stream;

/**
 * How rotary position embeddings are stretched so that a model reads longer texts than it was
 * trained on.
 */
public sealed interface RotaryScaling {

  /** As trained. */
  RotaryScaling NONE = new None();

  /** As trained. */
  record None() implements RotaryScaling {}

  /** Positions divided by a factor (Chen et al. 2023, arXiv:2306.15595). */
  record Linear(double factor) implements RotaryScaling {
    public Linear {
      requireFactor(factor);
    }
  }

  /**
   * The base grows with the length of the text beyond the trained one, by the "NTK aware" rule.
   *
   * @param factor how fast
   * @param trainedLength up to this length nothing changes
   */
  record Dynamic(double factor, long trainedLength) implements RotaryScaling {
    public Dynamic {
      requireFactor(factor);
    }
  }

  /**
   * LLaMA 3.1: low frequencies are divided by a factor, high ones stay, with a ramp between.
   *
   * @param factor what frequencies of long waves are divided by
   * @param lowFrequencyFactor waves longer than {@code trainedLength} over this are long
   * @param highFrequencyFactor waves shorter than {@code trainedLength} over this are short
   * @param trainedLength the longest text of the training before the extension
   */
  record Llama3(
      double factor, double lowFrequencyFactor, double highFrequencyFactor, long trainedLength)
      implements RotaryScaling {
    public Llama3 {
      requireFactor(factor);
      if (!(lowFrequencyFactor > 0 && lowFrequencyFactor < highFrequencyFactor)) {
        throw new IllegalArgumentException(
            "low_freq_factor is %s and high_freq_factor %s; expected 0 < low < high"
                .formatted(lowFrequencyFactor, highFrequencyFactor));
      }
    }

    private double scale(double frequency) {
      double waves = trainedLength * frequency / (2 * Math.PI);
      if (waves < lowFrequencyFactor) {
        return frequency / factor;
      }
      if (waves > highFrequencyFactor) {
        return frequency;
      }
      double share = (waves - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
      return (1 - share) * frequency / factor + share * frequency;
    }
  }

  /**
   * YaRN (Peng et al. 2023, arXiv:2309.00071): dimensions that turn often within the trained length
   * stay, those that turn seldom are divided by a factor, with a ramp between; scores are
   * sharpened.
   *
   * @param factor what frequencies of long waves are divided by
   * @param trainedLength the longest text of the training before the extension
   * @param fastTurns dimensions that turn more often than this stay, {@code beta_fast}
   * @param slowTurns dimensions that turn less often than this are divided, {@code beta_slow}
   * @param attentionFactor what queries and keys are multiplied with
   * @param truncate whether the ramp begins and ends at whole dimensions
   */
  record Yarn(
      double factor,
      long trainedLength,
      double fastTurns,
      double slowTurns,
      double attentionFactor,
      boolean truncate)
      implements RotaryScaling {
    /** The paper's {@link #fastTurns}. */
    public static final double FAST_TURNS = 32;

    /** The paper's {@link #slowTurns}. */
    public static final double SLOW_TURNS = 1;

    public Yarn {
      requireFactor(factor);
      requireLength(trainedLength);
      if (!(slowTurns > 0 && slowTurns <= fastTurns)) {
        throw new IllegalArgumentException(
            "beta_fast is %s and beta_slow %s; expected 0 < slow <= fast"
                .formatted(fastTurns, slowTurns));
      }
    }

    /** The paper's factor for scores, section 3.4. */
    public static double attentionFactor(double factor) {
      return 0.1 * Math.log(factor) + 1;
    }

    private double[] frequencies(double[] unscaled, double theta) {
      long width = 2L * unscaled.length;
      double low = dimension(fastTurns, width, theta);
      double high = dimension(slowTurns, width, theta);
      low = Math.max(truncate ? Math.floor(low) : low, 0);
      high = Math.min(truncate ? Math.ceil(high) : high, width - 1);
      double span = high == low ? SHORTEST_RAMP : high - low;
      double[] scaled = new double[unscaled.length];
      for (int i = 0; i < scaled.length; i++) {
        double share = Math.min(Math.max((i - low) / span, 0), 1);
        scaled[i] = share * unscaled[i] / factor + (1 - share) * unscaled[i];
      }
      return scaled;
    }

    /** The dimension that turns so often within the trained length. */
    private double dimension(double turns, long width, double theta) {
      return width * Math.log(trainedLength / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }
  }

  /**
   * LongRoPE (Ding et al. 2024, arXiv:2402.13753): each frequency is divided by a factor of its
   * own, of which there is one set for texts up to the trained length and one for longer ones.
   *
   * @param shortFactors one for each pair of elements
   * @param longFactors as many
   * @param trainedLength the longest text that the short ones are for
   * @param attentionFactor what queries and keys are multiplied with
   */
  record LongRope(
      List<Double> shortFactors,
      List<Double> longFactors,
      long trainedLength,
      double attentionFactor)
      implements RotaryScaling {
    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
      requireLength(trainedLength);
      if (Stream.concat(shortFactors.stream(), longFactors.stream()).anyMatch(f -> !(f > 0))) {
        throw new IllegalArgumentException(
            "short_factor "
                + shortFactors
                + " and long_factor "
                + longFactors
                + " must be positive");
      }
    }

    /** The factor for scores of a model stretched from the trained length by {@code factor}. */
    public static double attentionFactor(double factor, long trainedLength) {
      return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trainedLength));
    }

    /** The frequencies for long texts; {@link #frequencies} gives those for short ones. */
    public double[] longFrequencies(long width, double theta) {
      return divided(unscaled(width, theta), longFactors, "long_factor");
    }

    private static double[] divided(double[] frequencies, List<Double> factors, String name) {
      if (factors.size() != frequencies.length) {
        throw new IllegalArgumentException(
            "%s has %d numbers, expected %d: one for each pair of the elements that are rotated"
                .formatted(name, factors.size(), frequencies.length));
      }
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= factors.get(i);
      }
      return frequencies;
    }
  }

  /** So that a ramp of no length has no division by 0. */
  double SHORTEST_RAMP = 0.001;

  /** What queries and keys are multiplied with beside the rotation. */
  default double attentionFactor() {
    return 1;
  }

  /**
   * The angle a position by which each pair turns; for {@link Dynamic} before the base grows, for
   * {@link LongRope} in short texts.
   *
   * @param width how many elements are rotated, two for each frequency
   * @param theta the base
   */
  default double[] frequencies(long width, double theta) {
    double[] frequencies = unscaled(width, theta);
    if (this instanceof Yarn yarn) {
      return yarn.frequencies(frequencies, theta);
    }
    if (this instanceof LongRope rope) {
      return LongRope.divided(frequencies, rope.shortFactors, "short_factor");
    }
    for (int i = 0; i < frequencies.length; i++) {
      if (this instanceof Linear linear) {
        frequencies[i] /= linear.factor;
      } else if (this instanceof Llama3 llama) {
        frequencies[i] = llama.scale(frequencies[i]);
      }
    }
    return frequencies;
  }

  private static double[] unscaled(long width, double theta) {
    double[] frequencies = new double[(int) (width / 2)];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * i / width);
    }
    return frequencies;
  }

  private static void requireLength(long length) {
    if (length < 1) {
      throw new IllegalArgumentException(
          "original_max_position_embeddings is " + length + ", expected at least 1");
    }
  }

  private static void requireFactor(double factor) {
    if (!(factor >= 1)) {
      throw new IllegalArgumentException(
          "the factor of a rope scaling is " + factor + ", expected at least 1");
    }
  }
}
