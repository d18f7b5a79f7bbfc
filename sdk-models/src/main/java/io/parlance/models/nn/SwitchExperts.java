package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.argMax;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.cumulativeSum;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.exp;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.lessOrEqual;
import static io.parlance.models.graph.Operators.log;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.nonZero;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.reduceMax;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.scalarLike;
import static io.parlance.models.graph.Operators.scatterNd;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.softmax;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.stopGradient;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;

/**
 * A switch layer (Fedus et al. 2021, arXiv:2101.03961): each token goes to one expert, {@code p_e *
 * expert_e(x)} with {@code p} the softmax over all experts. An expert takes only so many tokens of
 * a sequence; those that come later pass by it and give {@code p_e * x}, as in {@code
 * transformers}.
 *
 * @param experts how many there are
 * @param capacity how many tokens of a sequence an expert takes
 * @param weights how the router's weights are drawn
 */
public record SwitchExperts(int experts, long capacity, Initialization weights) {

  /**
   * What came out.
   *
   * @param output the shape of the input
   * @param routerLogits [batch, sequence, experts]
   * @param chosen the expert of each token [batch, sequence]
   * @param probability of the chosen expert [batch, sequence]
   * @param kept whether the expert took the token [batch, sequence], 1 or 0
   * @param balance the loss that keeps experts evenly used: experts times the sum of share and mean
   *     probability of each, of each sequence, averaged; a scalar
   * @param routerSize the mean square of the router's log partition function, which keeps its
   *     scores small; a scalar
   */
  public record Result(
      Value output,
      Value routerLogits,
      Value chosen,
      Value probability,
      Value kept,
      Value balance,
      Value routerSize) {}

  /**
   * Routes and computes; the router is {@code router.classifier}, the experts are {@code
   * experts.expert_0} and so on.
   *
   * @param x [batch, sequence, hidden]
   */
  public Result apply(Scope scope, Value x, MixtureOfExperts.Expert expert) {
    Graph graph = x.graph();
    Value logits =
        scope.in(
            "router", r -> r.in("classifier", s -> Linear.withoutBias(s, x, experts, weights)));
    Value probabilities = softmax(logits, -1); // [batch, sequence, experts]
    Value chosen = argMax(probabilities, -1, false); // [batch, sequence]
    Value hits = cast(equal(unsqueeze(chosen, 2), range(graph.longScalar(experts))), x.type());
    Value probability = reduceSum(mul(probabilities, hits), false, 2);
    Value place = reduceSum(mul(cumulativeSum(hits, 1, false), hits), false, 2);
    Value kept = cast(lessOrEqual(place, scalarLike(place, capacity)), x.type());

    long hidden = x.shape().get(-1).size();
    Value rows = reshape(x, -1, hidden);
    Value taken = reshape(mul(hits, unsqueeze(kept, 2)), -1, experts); // [tokens, experts]
    Value sum = mul(rows, reshape(sub(1, kept), -1, 1));
    for (int i = 0; i < experts; i++) {
      Value where = squeeze(nonZero(squeeze(slice(taken, 1, i, i + 1), 1)), 0);
      Value input = gather(rows, where, 0);
      String name = "expert_" + i;
      Value output = scope.in("experts", s -> s.in(name, e -> expert.apply(e, input)));
      sum = scatterNd(sum, unsqueeze(where, 1), output, "add");
    }
    Value output = mul(reshape(sum, shape(x)), unsqueeze(probability, 2));
    Value share = stopGradient(reduceMean(hits, false, 1)); // [batch, experts]
    Value mean = reduceMean(probabilities, false, 1);
    Value balance = mul(reduceMean(reduceSum(mul(share, mean), false, 1), false), experts);
    return new Result(output, logits, chosen, probability, kept, balance, routerSize(logits));
  }

  private static Value routerSize(Value logits) {
    Value largest = stopGradient(reduceMax(logits, true, -1));
    Value partition = add(log(reduceSum(exp(sub(logits, largest)), true, -1)), largest);
    return reduceMean(mul(partition, partition), false);
  }
}
