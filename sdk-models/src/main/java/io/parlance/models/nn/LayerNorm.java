package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.layerNormalization;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reciprocal;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.sqrt;
import static io.parlance.models.graph.Operators.sub;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;

/**
 * Layer normalization over the last axis (Ba et al. 2016, arXiv:1607.06450): {@code (x - mean) /
 * sqrt(variance + epsilon) * weight + bias}, with the variance that divides by n.
 */
public final class LayerNorm {

  private LayerNorm() {}

  /** Normalizes the last axis of {@code x}; the shape stays. */
  public static Value apply(Scope scope, Value x, double epsilon) {
    long width = x.shape().get(-1).size();
    Value weight = scope.parameter("weight", Initialization.ONES, width);
    Value bias = scope.parameter("bias", Initialization.ZEROS, width);
    return scope.graph().target() == Graph.Target.INFERENCE
        ? layerNormalization(x, weight, bias, epsilon)
        : add(scaled(x, weight, epsilon), bias);
  }

  /** The same without the shift at the end. */
  public static Value withoutBias(Scope scope, Value x, double epsilon) {
    long width = x.shape().get(-1).size();
    Value weight = scope.parameter("weight", Initialization.ONES, width);
    return scope.graph().target() == Graph.Target.INFERENCE
        ? layerNormalization(x, weight, epsilon)
        : scaled(x, weight, epsilon);
  }

  /** The same without weights: neither scale nor shift. */
  public static Value withoutWeights(Value x, double epsilon) {
    return normalized(x, epsilon);
  }

  private static Value scaled(Value x, Value weight, double epsilon) {
    return mul(normalized(x, epsilon), weight);
  }

  private static Value normalized(Value x, double epsilon) {
    // ONNX Runtime's kernel takes three times as long as its parts, which the gradient needs one by
    // one anyway.
    Value centred = sub(x, reduceMean(x, true, -1));
    Value variance = reduceMean(mul(centred, centred), true, -1);
    return mul(centred, reciprocal(sqrt(add(variance, epsilon))));
  }
}
