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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    Value rows = rows(scores);
    Value flat = flat(labels, rows);
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

  /** Scores as [rows, classes]. */
  private static Value rows(Value scores) {
    return scores.shape().rank() == 2 ? scores : reshape(scores, -1, scores.shape().get(-1).size());
  }

  /** Labels as [rows]. */
  private static Value flat(Value labels, Value rows) {
    Value flat = labels.shape().rank() == 1 ? labels : reshape(labels, -1);
    Dimension count = rows.shape().get(0);
    Dimension labelled = flat.shape().get(0);
    if (!count.equals(labelled) && !count.isUnknown() && !labelled.isUnknown()) {
      throw new IllegalArgumentException(
          "scores " + rows + " need one label a row, not labels " + labels);
    }
    return flat;
  }

  /**
   * Mean cross entropy with smoothed labels (Szegedy et al. 2015, arXiv:1512.00567, section 7) over
   * all positions whose label is not {@link #IGNORED}; 0 if there is none. Of each position: {@code
   * (1 - smoothing) * -log p(label) + smoothing * mean over all classes of -log p}, the label's
   * class among them, as PyTorch, Marian and the label smoother of {@code transformers} have it.
   *
   * @param scores [..., classes], the number of classes known
   * @param labels [...], INT64
   * @param smoothing from 0 to below 1
   */
  public static Value smoothedCrossEntropy(Value scores, Value labels, double smoothing) {
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException(
          "label smoothing " + smoothing + " must be at least 0 and below 1");
    }
    if (smoothing == 0) {
      return crossEntropy(scores, labels);
    }
    Value rows = rows(scores);
    Value flat = flat(labels, rows);
    Graph graph = rows.graph();
    double uniform = smoothing / rows.shape().get(-1).size();
    Value counts = Operators.not(Operators.equal(flat, graph.longScalar(IGNORED)));
    Value ones = Operators.unsqueeze(Operators.cast(counts, rows.type()), 1);
    Value number = Operators.max(reduceSum(ones, false), Operators.scalarLike(ones, 1));
    Value weights = Operators.div(ones, number);
    Value index =
        Operators.unsqueeze(Operators.where(counts, flat, graph.longScalar(0)), 1); // [rows, 1]
    Value logarithms = Operators.logSoftmax(rows, -1);
    Value picked = Operators.gatherElements(logarithms, index, 1);
    Value each = add(mul(picked, 1 - smoothing), mul(reduceMean(logarithms, true, 1), smoothing));
    Value loss = Operators.neg(reduceSum(mul(each, weights), false));
    // p - smoothing / classes, at the label less by 1 - smoothing: one pass where the parts take
    // three, over what is by far the largest value of a language model
    return graph.differentiate(
        loss,
        List.of(rows),
        upstream -> {
          Value even = add(Operators.exp(logarithms), -uniform);
          Value atLabel = add(Operators.exp(picked), smoothing - uniform - 1);
          Value difference = Operators.scatterElements(even, index, atLabel, 1, "none");
          return List.of(mul(difference, mul(weights, upstream)));
        });
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
    return reduceMean(binaryCrossEntropies(scores, targets), false);
  }

  /**
   * The same for the elements whose weight is 1.
   *
   * @param scores any shape
   * @param targets the same shape, 0 or 1, INT64
   * @param mask the same shape, 1 where an element counts and 0 elsewhere, INT64; null if all count
   */
  public static Value binaryCrossEntropyWithLogits(
      Value scores, Value targets, @Nullable Value mask) {
    Value wanted = Operators.cast(targets, scores.type());
    if (mask == null) {
      return binaryCrossEntropyWithLogits(scores, wanted);
    }
    Value weights = Operators.cast(mask, scores.type());
    Value loss = binaryCrossEntropies(scores, wanted);
    Value number = Operators.max(reduceSum(weights, false), Operators.scalarLike(weights, 1));
    return Operators.div(reduceSum(mul(loss, weights), false), number);
  }

  private static Value binaryCrossEntropies(Value scores, Value targets) {
    Value smooth = Operators.log(add(Operators.exp(Operators.neg(Operators.abs(scores))), 1));
    return add(sub(relu(scores), mul(scores, targets)), smooth);
  }

  /** Mean squared difference of two values of one shape. */
  public static Value meanSquaredError(Value predictions, Value targets) {
    Value difference = sub(predictions, targets);
    return reduceMean(mul(difference, difference), false);
  }

  /**
   * The loss that keeps experts evenly used (Fedus et al. 2021, arXiv:2101.03961, eq. 4, over all
   * layers together): number of experts times the sum over experts of the share of choices that
   * fell on it and its mean probability. Equals {@code perToken} when all are used alike.
   *
   * @param scores for each layer [tokens, experts], before the softmax
   * @param perToken how many experts each token goes to
   * @param mask [batch, sequence] with 0 for padding, which does not count; null if there is none
   */
  public static Value expertBalance(List<Value> scores, int perToken, @Nullable Value mask) {
    Value all =
        scores.size() == 1 ? scores.get(0) : Operators.concat(0, scores.toArray(Value[]::new));
    Graph graph = all.graph();
    long experts = all.shape().get(-1).size();
    Value probabilities = Operators.softmax(all, -1);
    Value chosen = Operators.topK(probabilities, perToken).get(1); // [tokens, perToken]
    Value each = Operators.range(graph.longScalar(experts));
    Value hits = Operators.cast(Operators.equal(Operators.unsqueeze(chosen, 2), each), all.type());
    Value counts = reduceSum(hits, false, 1); // [tokens, experts]
    Value share;
    Value mean;
    if (mask == null) {
      share = reduceMean(counts, false, 0);
      mean = reduceMean(probabilities, false, 0);
    } else {
      Value one = Operators.cast(reshape(mask, -1, 1), all.type());
      Value weights =
          Operators.concat(0, Collections.nCopies(scores.size(), one).toArray(Value[]::new));
      Value number = reduceSum(weights, false);
      share = Operators.div(reduceSum(mul(counts, weights), false, 0), number);
      mean = Operators.div(reduceSum(mul(probabilities, weights), false, 0), number);
    }
    return mul(reduceSum(mul(Operators.stopGradient(share), mean), false), experts);
  }
}
