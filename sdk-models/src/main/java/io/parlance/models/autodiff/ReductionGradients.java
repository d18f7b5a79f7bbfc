package io.parlance.models.autodiff;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.div;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.exp;
import static io.parlance.models.graph.Operators.max;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.neg;
import static io.parlance.models.graph.Operators.reciprocal;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.scalarLike;
import static io.parlance.models.graph.Operators.scatterElements;
import static io.parlance.models.graph.Operators.sqrt;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.unsqueeze;
import static java.util.Map.entry;

import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Gradient rules of reductions and normalizations along axes. */
final class ReductionGradients {

  /** The smallest normal number of single precision: keeps quotients of zeros at zero. */
  private static final double TINY = 0x1.0p-126;

  static final Map<String, GradientRule> ROWS =
      Map.ofEntries(
          entry("ReduceSum", at -> at.give(0, () -> kept(at, at.upstream()))),
          entry("ReduceMean", at -> at.give(0, () -> mean(at))),
          entry("ReduceMax", at -> at.give(0, () -> extremum(at))),
          entry("ReduceMin", at -> at.give(0, () -> extremum(at))),
          entry(
              "ReduceSumSquare",
              at -> at.give(0, () -> mul(Scaling.times(kept(at, at.upstream()), 2), at.in(0)))),
          entry("ReduceL2", at -> at.give(0, () -> norm(at))),
          entry("CumSum", at -> at.give(0, () -> cumulativeSum(at))),
          entry("Softmax", at -> at.give(0, () -> softmax(at))),
          entry("LogSoftmax", at -> at.give(0, () -> logSoftmax(at))),
          entry("LayerNormalization", ReductionGradients::layerNormalization));

  private ReductionGradients() {}

  private static long[] axes(Node node) {
    int rank = node.input(0).shape().rank();
    long[] axes = node.integers("axes");
    if (axes == null && node.hasInput(1)) {
      Literal literal = node.input(1).literal();
      axes = literal == null ? null : literal.toLongs();
    }
    return axes == null || axes.length == 0
        ? LongStream.range(0, rank).toArray()
        : Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).sorted().toArray();
  }

  /** A value of the output's shape with the reduced axes as axes of size 1 again. */
  private static Value kept(Differentiation at, Value value) {
    if (at.node().integer("keepdims", 1) != 0 || value.shape().rank() == 0) {
      return value;
    }
    Value whole = value == at.upstream() ? at.whole() : value;
    return unsqueeze(whole, axes(at.node()));
  }

  private static Value mean(Differentiation at) {
    Shape shape = at.in(0).shape();
    List<Dimension> reduced = new ArrayList<>();
    for (long axis : axes(at.node())) {
      reduced.add(shape.get((int) axis));
    }
    Value count = at.count(reduced, at.in(0));
    Value g = kept(at, at.upstream());
    Double constant = Scaling.constant(count);
    return constant != null ? Scaling.times(g, 1 / constant) : div(g, count);
  }

  /** Elements that share the extremum share its gradient. */
  private static Value extremum(Differentiation at) {
    Value hit = cast(equal(at.in(0), kept(at, at.out())), at.in(0).type());
    Value hits = reduceSum(hit, true, axes(at.node()));
    return mul(hit, div(kept(at, at.upstream()), hits));
  }

  private static Value norm(Differentiation at) {
    Value length = kept(at, at.out());
    return mul(at.in(0), div(kept(at, at.upstream()), max(length, scalarLike(length, TINY))));
  }

  private static Value cumulativeSum(Differentiation at) {
    Node node = at.node();
    Map<String, Object> attributes =
        Map.of(
            "exclusive", node.integer("exclusive", 0), "reverse", 1 - node.integer("reverse", 0));
    return at.graph().append("CumSum", List.of(at.whole(), at.in(1)), attributes).output();
  }

  /** y (g - sum(g y)). */
  private static Value softmax(Differentiation at) {
    Value y = at.out();
    int axis = at.axis(-1);
    Value g = at.whole();
    Value dot = attentionDot(at, axis);
    return mul(y, sub(g, dot != null ? dot : reduceSum(mul(g, y), true, axis)));
  }

  /**
   * sum(g y) where the probabilities y are only used to average vectors, o = y V, perhaps after
   * dropout: it is sum(dL/do o) then, a product of the averages, which are shorter than the rows of
   * probabilities.
   */
  private static @Nullable Value attentionDot(Differentiation at, int axis) {
    if (axis != at.out().shape().rank() - 1) {
      return null;
    }
    Value probabilities = at.out();
    Node reader = onlyReader(at, probabilities);
    if (reader != null && reader.operator().equals("Mul")) {
      Value other = reader.input(reader.input(0) == probabilities ? 1 : 0);
      boolean dropout =
          !at.backward().needs(other)
              && Backward.sameShape(reader.output().shape(), probabilities.shape());
      probabilities = reader.output();
      reader = dropout ? onlyReader(at, probabilities) : null;
    }
    if (reader == null
        || !reader.operator().equals("MatMul")
        || reader.input(0) != probabilities
        || reader.input(1) == probabilities
        || reader.output().shape().rank() != probabilities.shape().rank()) {
      return null;
    }
    Shape average = reader.output().shape();
    for (int i = 0; i < axis; i++) {
      if (!average.get(i).equals(probabilities.shape().get(i))) {
        return null; // one set of probabilities for several stacks of vectors
      }
    }
    Value g = at.backward().complete(reader.output());
    return g == null ? null : reduceSum(mul(g, reader.output()), true, axis);
  }

  private static @Nullable Node onlyReader(Differentiation at, Value value) {
    List<Node> readers = at.backward().readers(value);
    return readers.size() == 1 && value.graph().composite(readers.get(0).output()) == null
        ? readers.get(0)
        : null;
  }

  /**
   * g - softmax sum(g). If one element of each row was picked, as by a cross entropy, the gradient
   * is (one-hot - softmax) times a number a row, and nothing of the size of the logits is added.
   */
  private static Value logSoftmax(Differentiation at) {
    int axis = at.axis(-1);
    Value g = at.upstream();
    Value probabilities = exp(at.out());
    Backward.Sparse sparse = at.backward().sparse(g);
    if (sparse != null
        && sparse.axis() == axis
        && sparse.indices().shape().get(axis).is(1)
        && Backward.sameShape(
            sparse.picked().shape().with(axis, at.out().shape().get(axis)), at.out().shape())) {
      Value less = sub(exp(sparse.picked()), scalarLike(sparse.picked(), 1));
      Value difference = scatterElements(probabilities, sparse.indices(), less, axis, "none");
      return at.backward().scaleRows(difference, neg(sparse.updates()));
    }
    Value whole = at.whole();
    return sub(whole, mul(probabilities, reduceSum(whole, true, axis)));
  }

  /**
   * With n = (x - mean) r, r = 1 / sqrt(variance + epsilon) and h = g scale: r (h - mean(h) - n
   * mean(h n)).
   */
  private static void layerNormalization(Differentiation at) {
    Value x = at.in(0);
    int first = at.axis(-1);
    long[] axes = LongStream.range(first, x.shape().rank()).toArray();
    Value g = at.whole();
    Value centered = sub(x, reduceMean(x, true, axes));
    Value variance = reduceMean(mul(centered, centered), true, axes);
    Value r = reciprocal(sqrt(add(variance, at.node().number("epsilon", 1e-5))));
    Value normalized = mul(centered, r);
    at.give(
        0,
        () -> {
          Value h = mul(g, at.in(1));
          Value along = reduceMean(mul(h, normalized), true, axes);
          return mul(sub(sub(h, reduceMean(h, true, axes)), mul(normalized, along)), r);
        });
    at.give(1, () -> mul(g, normalized));
    at.give(2, () -> g);
  }
}
