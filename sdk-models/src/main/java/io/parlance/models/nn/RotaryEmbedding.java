package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.cos;
import static io.parlance.models.graph.Operators.greaterOrEqual;
import static io.parlance.models.graph.Operators.max;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.pow;
import static io.parlance.models.graph.Operators.reduceMax;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.scalarLike;
import static io.parlance.models.graph.Operators.sin;
import static io.parlance.models.graph.Operators.split;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.unsqueeze;
import static io.parlance.models.graph.Operators.where;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Value;
import java.util.List;

/**
 * Rotary position embedding (Su et al. 2021, arXiv:2104.09864): pairs of a head's elements are
 * rotated by angles that grow with the position, so that scores depend on distances only.
 *
 * @param width how many elements of a head are rotated, the first ones; even
 * @param theta the base: pair i turns by {@code theta^(-2i / width)} a position
 * @param scaling how it is stretched to longer texts
 * @param interleaved whether pairs are neighbours (0, 1), (2, 3), ... rather than the two halves
 */
public record RotaryEmbedding(
    long width, double theta, RotaryScaling scaling, boolean interleaved) {

  public RotaryEmbedding {
    if (width <= 0 || width % 2 != 0) {
      throw new IllegalArgumentException(
          "the width of a rotary embedding is " + width + ", expected an even number above 0");
    }
  }

  /** Cosines and sines of the angles, each [batch or 1, 1, sequence, width / 2]. */
  public record Rotation(Value cosines, Value sines) {}

  /**
   * The angles at these positions.
   *
   * @param positions [batch, sequence] or [sequence], INT64
   */
  public Rotation rotation(Value positions) {
    Graph graph = positions.graph();
    Value rows = positions.shape().rank() == 1 ? unsqueeze(positions, 0) : positions;
    Value index = unsqueeze(cast(rows, graph.floatType()), 1, 3); // [batch, 1, sequence, 1]
    Value angles = mul(index, frequencies(positions));
    double factor = scaling.attentionFactor();
    return factor == 1
        ? new Rotation(cos(angles), sin(angles))
        : new Rotation(mul(cos(angles), factor), mul(sin(angles), factor));
  }

  private Value frequencies(Value positions) {
    Graph graph = positions.graph();
    if (scaling instanceof RotaryScaling.Dynamic dynamic) {
      double[] exponents = new double[(int) (width / 2)];
      for (int i = 0; i < exponents.length; i++) {
        exponents[i] = -2.0 * i / width;
      }
      return pow(base(dynamic, positions), constant(graph, exponents));
    }
    Value frequencies = constant(graph, scaling.frequencies(width, theta));
    if (scaling instanceof RotaryScaling.LongRope rope) {
      Value isLong =
          greaterOrEqual(reduceMax(positions, false), graph.longScalar(rope.trainedLength()));
      return where(isLong, constant(graph, rope.longFrequencies(width, theta)), frequencies);
    }
    return frequencies;
  }

  private static Value constant(Graph graph, double[] values) {
    return graph.constant(Literal.of(graph.floatType(), new long[] {values.length}, values));
  }

  /** {@code theta * (factor * length / trained - (factor - 1)) ^ (width / (width - 2))}. */
  private Value base(RotaryScaling.Dynamic dynamic, Value positions) {
    Value last = cast(reduceMax(positions, false), positions.graph().floatType());
    Value length = max(add(last, 1), scalarLike(last, dynamic.trainedLength()));
    Value growth =
        sub(
            mul(length, dynamic.factor() / dynamic.trainedLength()),
            scalarLike(length, dynamic.factor() - 1));
    return mul(pow(growth, (double) width / (width - 2)), theta);
  }

  /**
   * Rotates.
   *
   * @param x [batch, heads, sequence, head width]; what is beyond {@link #width} stays
   */
  public Value apply(Value x, Rotation rotation) {
    long all = x.shape().get(-1).size();
    if (all < width) {
      throw new IllegalArgumentException(
          "a rotary embedding of " + width + " elements does not fit heads of " + all);
    }
    if (all > width) {
      List<Value> parts = split(x, -1, width, all - width);
      return concat(-1, rotate(parts.get(0), rotation), parts.get(1));
    }
    return rotate(x, rotation);
  }

  private Value rotate(Value x, Rotation rotation) {
    long half = width / 2;
    Value cosines = rotation.cosines();
    Value sines = rotation.sines();
    if (interleaved) {
      long heads = x.shape().get(1).size();
      List<Value> pairs = split(reshape(x, 0, heads, -1, half, 2), -1, 1, 1);
      Value cosine = unsqueeze(cosines, -1);
      Value sine = unsqueeze(sines, -1);
      Value first = sub(mul(pairs.get(0), cosine), mul(pairs.get(1), sine));
      Value second = add(mul(pairs.get(1), cosine), mul(pairs.get(0), sine));
      return reshape(concat(-1, first, second), 0, heads, -1, width);
    }
    List<Value> halves = split(x, -1, half, half);
    Value first = sub(mul(halves.get(0), cosines), mul(halves.get(1), sines));
    Value second = add(mul(halves.get(1), cosines), mul(halves.get(0), sines));
    return concat(-1, first, second);
  }
}
