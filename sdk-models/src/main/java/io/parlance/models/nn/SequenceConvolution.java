package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.max;
import static io.parlance.models.graph.Operators.min;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;

/**
 * A convolution along the sequence that keeps its length: {@code y(t) = sum over j of W(j) x(t + j
 * - kernel / 2) + b}, with zeros around. Written as a matrix product for each j, which has a
 * gradient.
 */
public final class SequenceConvolution {

  private SequenceConvolution() {}

  /**
   * Writes the layer: {@code weight} [width, width / groups, kernel] and {@code bias} [width].
   *
   * @param x [batch, sequence, width]
   * @param kernel odd
   * @param groups parts of the width that do not see each other
   * @return [batch, sequence, width]
   */
  public static Value apply(
      Scope scope, Value x, int kernel, int groups, Initialization initialization) {
    long width = x.shape().get(-1).size();
    Value weight = scope.parameter("weight", initialization, width, width / groups, kernel);
    Value bias = scope.parameter("bias", Initialization.ZEROS, width);
    Value sum = bias;
    for (int j = 0; j < kernel; j++) {
      Value matrix = squeeze(slice(weight, 2, j, j + 1), 2); // [width, width / groups]
      sum = add(product(shifted(x, j - kernel / 2), matrix, groups), sum);
    }
    return sum;
  }

  private static Value product(Value x, Value matrix, int groups) {
    long part = x.shape().get(-1).size() / groups;
    Value[] parts = new Value[groups];
    for (int g = 0; g < groups; g++) {
      Value seen = groups == 1 ? x : slice(x, 2, g * part, (g + 1) * part);
      Value rows = groups == 1 ? matrix : slice(matrix, 0, g * part, (g + 1) * part);
      parts[g] = matMul(seen, transpose(rows, 1, 0));
    }
    return groups == 1 ? parts[0] : concat(2, parts);
  }

  /** {@code x(t + offset)} for each t, zero where there is none. */
  private static Value shifted(Value x, int offset) {
    if (offset == 0) {
      return x;
    }
    Graph graph = x.graph();
    Value length = squeeze(shape(x, 1, 2), 0);
    Value wanted = add(range(length), graph.longScalar(offset));
    Value found = min(max(wanted, graph.longScalar(0)), sub(length, graph.longScalar(1)));
    Value there = cast(equal(wanted, found), x.type());
    return mul(gather(x, found, 1), unsqueeze(there, 1));
  }
}
