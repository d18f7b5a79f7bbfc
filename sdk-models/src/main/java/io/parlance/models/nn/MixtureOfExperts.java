package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.constantOfShape;
import static io.parlance.models.graph.Operators.div;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.gatherElements;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.nonZero;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.scatterNd;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.softmax;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.topK;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;

/**
 * A feed-forward layer of several experts, of which each token goes to few (Shazeer et al. 2017,
 * arXiv:1701.06538): {@code sum over the chosen e of p_e * expert_e(x)}, where {@code p} is the
 * softmax over all experts. No token is dropped; experts that nobody chose compute nothing.
 *
 * @param experts how many there are
 * @param perToken how many each token goes to
 * @param normalized whether the shares of the chosen are scaled to sum to 1
 * @param weights how the router's weights are drawn
 */
public record MixtureOfExperts(
    int experts, int perToken, boolean normalized, Initialization weights) {

  public MixtureOfExperts {
    if (perToken < 1 || perToken > experts) {
      throw new IllegalArgumentException(
          "each token goes to " + perToken + " of " + experts + " experts; expected 1 to all");
    }
  }

  /** An expert: a layer of its own in its scope. */
  public interface Expert {
    /** Maps rows [tokens, hidden] to rows of the same shape. */
    Value apply(Scope scope, Value rows);
  }

  /**
   * What came out.
   *
   * @param output the shape of the input
   * @param routerLogits [tokens, experts]
   * @param chosen the experts of each token, the likeliest first [tokens, perToken]
   * @param shares what their outputs are multiplied with [tokens, perToken]
   */
  public record Result(Value output, Value routerLogits, Value chosen, Value shares) {}

  /**
   * Routes and computes; the router is {@code gate}, the experts are {@code experts.0} and so on.
   *
   * @param x [batch, sequence, hidden]
   */
  public Result apply(Scope scope, Value x, Expert expert) {
    Graph graph = x.graph();
    long hidden = x.shape().get(-1).size();
    Value rows = reshape(x, -1, hidden); // [tokens, hidden]
    Value logits = scope.in("gate", s -> Linear.withoutBias(s, rows, experts, weights));
    Value probabilities = softmax(logits, -1);
    Value chosen = topK(probabilities, perToken).get(1); // [tokens, perToken]
    Value shares = gatherElements(probabilities, chosen, 1);
    if (normalized) {
      shares = div(shares, reduceSum(shares, true, 1));
    }
    Value sum = constantOfShape(shape(rows), x.type(), 0);
    for (int i = 0; i < experts; i++) {
      Value hits = cast(equal(chosen, graph.longScalar(i)), x.type()); // at most one in a row
      Value where = squeeze(nonZero(reduceSum(hits, false, 1)), 0);
      Value share = gather(reduceSum(mul(hits, shares), true, 1), where, 0);
      Value input = gather(rows, where, 0);
      Value output = scope.in("experts", i, s -> expert.apply(s, input));
      sum = scatterNd(sum, unsqueeze(where, 1), mul(output, share), "add");
    }
    return new Result(reshape(sum, shape(x)), logits, chosen, shares);
  }
}
