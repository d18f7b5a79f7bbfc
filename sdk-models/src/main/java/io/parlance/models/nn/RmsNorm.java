package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.div;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.pow;
import static io.parlance.models.graph.Operators.reciprocal;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.sqrt;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;

/**
 * Root mean square normalization over the last axis (Zhang and Sennrich 2019, arXiv:1910.07467):
 * {@code x / sqrt(mean(x²) + epsilon) * weight}.
 */
public final class RmsNorm {

  private RmsNorm() {}

  /** Normalizes the last axis of {@code x}; the shape stays. */
  public static Value apply(Scope scope, Value x, double epsilon) {
    long width = x.shape().get(-1).size();
    return mul(normalized(x, epsilon), scope.parameter("weight", Initialization.ONES, width));
  }

  /** The same with the scale {@code 1 + weight}, so that a weight decays towards no scaling. */
  public static Value applyOffset(Scope scope, Value x, double epsilon) {
    long width = x.shape().get(-1).size();
    Value weight = scope.parameter("weight", Initialization.ZEROS, width);
    return mul(normalized(x, epsilon), add(weight, 1));
  }

  private static Value normalized(Value x, double epsilon) {
    if (x.graph().target() == Graph.Target.INFERENCE) {
      // the spelling that ONNX Runtime replaces by one kernel
      return div(x, sqrt(add(reduceMean(pow(x, 2), true, -1), epsilon)));
    }
    return mul(x, reciprocal(sqrt(add(reduceMean(mul(x, x), true, -1), epsilon))));
  }
}
