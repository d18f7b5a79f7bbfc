package io.parlance.models.objective;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.relu;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.sub;

import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Value;
import java.util.List;
import java.util.Map;

/** Losses as scalars of a graph, with the meaning they have in PyTorch. */
public final class Losses {

  /** The label of positions that do not count. */
  public static final long IGNORED = -100;

  private Losses() {}

  /**
   * Mean cross entropy over all positions whose label is not {@link #IGNORED}; 0 if there is none.
   *
   * @param scores [..., classes]
   * @param labels [...], INT64
   */
  public static Value crossEntropy(Value scores, Value labels) {
    return crossEntropy(scores, labels, IGNORED);
  }

  /**
   * Mean cross entropy over all positions whose label is not {@code ignored}; 0 if there is none.
   */
  public static Value crossEntropy(Value scores, Value labels, long ignored) {
    Value rows =
        scores.shape().rank() == 2 ? scores : reshape(scores, -1, scores.shape().get(-1).size());
    Value flat = labels.shape().rank() == 1 ? labels : reshape(labels, -1);
    Dimension count = rows.shape().get(0);
    Dimension labelled = flat.shape().get(0);
    if (!count.equals(labelled) && !count.isUnknown() && !labelled.isUnknown()) {
      throw new IllegalArgumentException(
          "scores " + scores + " need one label a row, not labels " + labels);
    }
    // Spelled out: its gradient then is softmax minus one-hot, in place of the forward pass.
    Graph graph = rows.graph();
    Value counts = Operators.not(Operators.equal(flat, graph.longScalar(ignored)));
    Value index = Operators.where(counts, flat, graph.longScalar(0));
    Value picked =
        Operators.gatherElements(Operators.logSoftmax(rows, -1), Operators.unsqueeze(index, 1), 1);
    Value weights = Operators.unsqueeze(Operators.cast(counts, rows.type()), 1);
    Value number = Operators.max(reduceSum(weights, false), Operators.scalarLike(weights, 1));
    return Operators.neg(Operators.div(reduceSum(mul(picked, weights), false), number));
  }

  /**
   * Mean cross entropy of language models whose position i predicts token i + 1; the last position
   * predicts nothing. The labels are moved rather than the much larger scores.
   *
   * @param scores [batch, sequence, vocabulary]
   * @param labels [batch, sequence], INT64, not moved yet
   */
  public static Value nextTokenCrossEntropy(Value scores, Value labels) {
    Value following = slice(labels, 1, 1, Integer.MAX_VALUE);
    Value padding = labels.graph().longs(0, 0, 0, 1);
    Value ignored = labels.graph().longScalar(IGNORED);
    return crossEntropy(
        scores,
        labels.graph().append("Pad", List.of(following, padding, ignored), Map.of()).output());
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
