package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.gemm;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.transpose;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import org.jspecify.annotations.Nullable;

/**
 * The affine map of the last axis: {@code y = x Wᵀ + b} with {@code weight} [out, in] and {@code
 * bias} [out].
 */
public final class Linear {

  private Linear() {}

  /** A layer with bias (zero at first). */
  public static Value apply(Scope scope, Value x, long outputs, Initialization weights) {
    long inputs = x.shape().get(-1).size();
    return apply(
        x,
        scope.parameter("weight", weights, outputs, inputs),
        scope.parameter("bias", Initialization.ZEROS, outputs));
  }

  /**
   * A layer with bias whose {@code weight} is stored as [in, out], as those of GPT and GPT-2 are.
   */
  public static Value applyTransposed(Scope scope, Value x, long outputs, Initialization weights) {
    long inputs = x.shape().get(-1).size();
    Value weight = scope.parameter("weight", weights, inputs, outputs);
    Value bias = scope.parameter("bias", Initialization.ZEROS, outputs);
    if (x.graph().target() == Graph.Target.INFERENCE) {
      return add(matMul(x, weight), bias);
    }
    return rows(x, weight, bias, false);
  }

  /** A layer without bias. */
  public static Value withoutBias(Scope scope, Value x, long outputs, Initialization weights) {
    return apply(x, scope.parameter("weight", weights, outputs, x.shape().get(-1).size()), null);
  }

  /** A layer with bias (zero at first) or without. */
  public static Value apply(
      Scope scope, Value x, long outputs, Initialization weights, boolean biased) {
    return biased ? apply(scope, x, outputs, weights) : withoutBias(scope, x, outputs, weights);
  }

  /**
   * The map by given parameters, for tied weights.
   *
   * @param x [..., in]
   * @param weight [out, in]
   * @param bias [out] or null
   * @return [..., out]
   */
  public static Value apply(Value x, Value weight, @Nullable Value bias) {
    if (x.graph().target() == Graph.Target.INFERENCE) {
      Value product = matMul(x, transpose(weight, 1, 0));
      return bias == null ? product : add(product, bias);
    }
    return rows(x, weight, bias, true);
  }

  /**
   * For training: one matrix product on all rows, so that the gradients are plain matrix products
   * as well.
   */
  private static Value rows(Value x, Value weight, @Nullable Value bias, boolean transposed) {
    Shape shape = x.shape();
    if (shape.rank() == 2) {
      return gemm(x, weight, bias, false, transposed, 1);
    }
    Value flat = reshape(x, -1, shape.get(-1).size());
    Value rows = gemm(flat, weight, bias, false, transposed, 1);
    long outputs = weight.shape().get(transposed ? 0 : 1).size();
    return reshape(rows, sizes(x.graph(), shape(x, 0, shape.rank() - 1), outputs));
  }
}
