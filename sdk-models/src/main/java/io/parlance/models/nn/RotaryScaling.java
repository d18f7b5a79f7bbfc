package io.parlance.models.nn;

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
  }

  /**
   * The frequency that an unscaled {@code frequency} becomes; for scalings that do not depend on
   * the text.
   */
  default double scale(double frequency) {
    if (this instanceof Linear linear) {
      return frequency / linear.factor;
    }
    if (!(this instanceof Llama3 llama)) {
      return frequency;
    }
    double waves = llama.trainedLength * frequency / (2 * Math.PI);
    if (waves < llama.lowFrequencyFactor) {
      return frequency / llama.factor;
    }
    if (waves > llama.highFrequencyFactor) {
      return frequency;
    }
    double share =
        (waves - llama.lowFrequencyFactor) / (llama.highFrequencyFactor - llama.lowFrequencyFactor);
    return (1 - share) * frequency / llama.factor + share * frequency;
  }

  private static void requireFactor(double factor) {
    if (!(factor >= 1)) {
      throw new IllegalArgumentException(
          "the factor of a rope scaling is " + factor + ", expected at least 1");
    }
  }
}
