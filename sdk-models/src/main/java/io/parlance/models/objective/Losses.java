package io.parlance.models.objective;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.relu;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.softmaxCrossEntropyLoss;
import static io.parlance.models.graph.Operators.sub;

import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Value;

/** Losses as scalars of a graph, with the meaning they have in PyTorch. */
public final class Losses {

  /** The label of positions that do not count. */
  public static final long IGNORED = -100;

  private Losses() {}

  /**
   * Mean cross entropy over all positions whose label is not {@link #IGNORED}.
   *
   * @param scores [..., classes]
   * @param labels [...], INT64
   */
  public static Value crossEntropy(Value scores, Value labels) {
    return crossEntropy(scores, labels, IGNORED);
  }

  /** Mean cross entropy over all positions whose label is not {@code ignored}. */
  public static Value crossEntropy(Value scores, Value labels, long ignored) {
    long classes = scores.shape().get(-1).size();
    Value rows = scores.shape().rank() == 2 ? scores : reshape(scores, -1, classes);
    Value flat = labels.shape().rank() == 1 ? labels : reshape(labels, -1);
    return softmaxCrossEntropyLoss(rows, flat, ignored);
  }

  /**
   * Mean of {@code -y log σ(x) - (1 - y) log(1 - σ(x))}, written as {@code max(x, 0) - x y + log(1
   * + e^-|x|)} so that no exponential overflows.
   *
   * @param scores any shape
   * @param targets the same shape, between 0 and 1
   */
  public static Value binaryCrossEntropyWithLogits(Value scores, Value targets) {
    Value smooth = Operators.log(add(Operators.exp(Operators.neg(Operators.abs(scores))), 1));
    return reduceMean(add(sub(relu(scores), mul(scores, targets)), smooth), false);
  }

  /** Mean squared difference of two values of one shape. */
  public static Value meanSquaredError(Value predictions, Value targets) {
    Value difference = sub(predictions, targets);
    return reduceMean(mul(difference, difference), false);
  }
}
