package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.mul;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Value;

/**
 * Inverted dropout (Srivastava et al. 2014): elements are zeroed with a probability and the others
 * scaled by 1 / (1 - p). The mask is an input of the training graph, so that a step depends on
 * nothing but the seed and its number. At inference it is the identity.
 */
public final class Dropout {

  private Dropout() {}

  /**
   * Applies dropout in a training graph; gives {@code x} itself for probability 0 or for inference.
   */
  public static Value apply(Value x, double probability) {
    if (probability == 0 || x.graph().target() != Graph.Target.TRAINING) {
      return x;
    }
    Value mask = x.graph().dropoutMask(x.shape(), probability);
    return mul(x, mul(cast(mask, x.type()), 1 / (1 - probability)));
  }
}
