package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.cumulativeSum;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.not;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.scalarLike;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.squeeze;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;

/** Indexes of tokens in their sequence. */
public final class Positions {

  private Positions() {}

  /**
   * 0, 1, 2, ... along the sequence.
   *
   * @param ids [batch, sequence]
   * @return [sequence] for training; [batch, sequence] for inference, where a running sum keeps the
   *     names of dimensions that ONNX Runtime needs to see in order to fuse the layers that follow
   */
  public static Value ascending(Value ids) {
    if (ids.graph().target() == Graph.Target.INFERENCE) {
      Value ones = add(mul(ids, scalarLike(ids, 0)), scalarLike(ids, 1));
      return cumulativeSum(ones, 1, true);
    }
    return range(squeeze(shape(ids, 1, 2), 0));
  }

  /**
   * Positions that count the real tokens and leave padding where it is, as fairseq does: token
   * number n of a text, from 1, is at {@code paddingPosition + n}.
   *
   * @param ids [batch, sequence]
   * @return [batch, sequence]
   */
  public static Value afterPadding(Value ids, long paddingToken, long paddingPosition) {
    Value real = cast(not(equal(ids, scalarLike(ids, paddingToken))), ElementType.INT64);
    return add(mul(cumulativeSum(real, 1, false), real), scalarLike(ids, paddingPosition));
  }
}
