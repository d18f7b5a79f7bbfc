package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Value;

/**
 * Attention with linear biases (Press et al. 2021, arXiv:2108.12409): no position embeddings;
 * scores fall with the distance, in each head at another rate. What is added is the rate times the
 * key's position, which differs from the distance by a constant of each query that softmax does not
 * see.
 */
public final class Alibi {

  private Alibi() {}

  /**
   * The biases together with the mask of the sequence.
   *
   * @return [batch, heads, sequence, past + sequence]
   */
  public static Value bias(CausalSequence sequence, int heads) {
    Graph graph = sequence.ids().graph();
    Value slopes =
        graph.constant(Literal.of(graph.floatType(), new long[] {heads, 1, 1}, slopes(heads)));
    return add(mul(unsqueeze(sequence.keyPositions(), 1, 2), slopes), sequence.bias(0));
  }

  /**
   * For a power of two heads the powers of {@code 2^(-8 / heads)}; else those of the next lower
   * power of two, and between them every second one of the next higher.
   */
  static double[] slopes(int heads) {
    int lower = Integer.highestOneBit(heads);
    double[] slopes = new double[heads];
    for (int i = 0; i < heads; i++) {
      slopes[i] =
          i < lower
              ? Math.pow(2, -8.0 * (i + 1) / lower)
              : Math.pow(2, -4.0 * (2 * (i - lower) + 1) / lower);
    }
    return slopes;
  }
}
