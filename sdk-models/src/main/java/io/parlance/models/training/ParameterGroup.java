package io.parlance.models.training;

import io.parlance.InvalidInputException;

/**
 * How the optimizer treats some of the parameters.
 *
 * @param weightDecay each step multiplies the parameter by {@code 1 - learning rate * weightDecay}
 * @param learningRateFactor multiplies the learning rate of the step, e.g. for layer-wise rates
 */
public record ParameterGroup(double weightDecay, double learningRateFactor) {

  public ParameterGroup {
    if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException("weight decay " + weightDecay + " must not be negative");
    }
    if (!(learningRateFactor >= 0 && learningRateFactor < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "learning rate factor " + learningRateFactor + " must not be negative");
    }
  }

  /** The learning rate of the step, with this weight decay. */
  public static ParameterGroup decayed(double weightDecay) {
    return new ParameterGroup(weightDecay, 1);
  }
}
