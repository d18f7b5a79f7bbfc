package io.parlance.models.training;

import io.parlance.InvalidInputException;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv:1711.05101), as PyTorch's
 * {@code AdamW} computes it.
 *
 * @param beta1 decay of the mean of gradients, in [0, 1)
 * @param beta2 decay of the mean of squared gradients, in [0, 1)
 * @param epsilon added to the root of the latter, positive
 * @param maximumGradientNorm gradients are scaled down so that their common L2 norm is at most
 *     this, as by PyTorch's {@code clip_grad_norm_}; infinity for no clipping
 */
public record AdamW(double beta1, double beta2, double epsilon, double maximumGradientNorm) {

  /** Betas 0.9 and 0.999, epsilon 1e-8, gradients clipped to norm 1. */
  public static final AdamW DEFAULT = new AdamW(0.9, 0.999, 1e-8, 1);

  public AdamW {
    check("beta1", beta1, beta1 >= 0 && beta1 < 1, "in [0, 1)");
    check("beta2", beta2, beta2 >= 0 && beta2 < 1, "in [0, 1)");
    check("epsilon", epsilon, epsilon > 0, "positive");
    check("maximum gradient norm", maximumGradientNorm, maximumGradientNorm > 0, "positive");
  }

  private static void check(String name, double value, boolean valid, String expected) {
    if (!valid) {
      throw new InvalidInputException(name + " " + value + " must be " + expected);
    }
  }

  /** The same with another limit of the gradient norm; infinity for none. */
  public AdamW withMaximumGradientNorm(double norm) {
    return new AdamW(beta1, beta2, epsilon, norm);
  }
}
