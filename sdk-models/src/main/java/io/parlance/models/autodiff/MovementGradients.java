package io.parlance.models.autodiff;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.expand;
import static io.parlance.models.graph.Operators.gatherElements;
import static io.parlance.models.graph.Operators.gatherNd;
import static io.parlance.models.graph.Operators.less;
import static io.parlance.models.graph.Operators.max;
import static io.parlance.models.graph.Operators.min;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.not;
import static io.parlance.models.graph.Operators.pad;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.scalarLike;
import static io.parlance.models.graph.Operators.scatterElements;
import static io.parlance.models.graph.Operators.scatterNd;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.split;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;
import static io.parlance.models.graph.Operators.where;
import static java.util.Map.entry;

import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
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

/** Gradient rules of operators that move elements: reshaping, joining, picking, scattering. */
final class MovementGradients {

  static final Map<String, GradientRule> ROWS =
      Map.ofEntries(
          entry("Reshape", MovementGradients::reshaped),
          entry("Unsqueeze", MovementGradients::reshaped),
          entry("Squeeze", MovementGradients::reshaped),
          entry("Transpose", MovementGradients::transposed),
          entry("Concat", MovementGradients::concatenated),
          entry("Split", MovementGradients::parted),
          entry("Slice", MovementGradients::sliced),
          entry("Expand", at -> at.giveElementwise(0, at::upstream)),
          entry("Gather", at -> at.give(0, () -> gathered(at))),
          entry("GatherElements", at -> at.give(0, () -> gatheredElements(at))),
          entry(
              "GatherND",
              at ->
                  at.give(0, () -> scatterNd(at.zerosLike(at.in(0)), at.in(1), at.whole(), "add"))),
          entry("ScatterElements", MovementGradients::scatteredElements),
          entry("ScatterND", MovementGradients::scattered),
          entry("Trilu", MovementGradients::triangle));

  private MovementGradients() {}

  private static void reshaped(Differentiation at) {
    at.give(
        0,
        () -> {
          Value g = at.upstream();
          if (g.shape().rank() == 0) {
            return g; // a single number broadcasts to every shape
          }
          Backward.RowScaled scaled = at.backward().rowScaled(g);
          Shape shape = at.in(0).shape();
          if (scaled != null
              && shape.rank() > 1
              && shape.get(-1).equals(at.out().shape().get(-1))
              && at.backward().sizes().knows(shape)) {
            Value rows =
                at.backward()
                    .sizes()
                    .reshape(scaled.rows(), shape.with(-1, Dimension.of(1)), scaled.rows());
            return at.backward().scaleRows(at.reshapeLike(scaled.data(), at.in(0)), rows);
          }
          return at.reshapeLike(at.whole(), at.in(0));
        });
  }

  private static void transposed(Differentiation at) {
    long[] order = at.node().integers("perm");
    int rank = at.out().shape().rank();
    long[] inverse = new long[rank];
    for (int i = 0; i < rank; i++) {
      inverse[order == null ? rank - 1 - i : (int) order[i]] = i;
    }
    at.give(0, () -> transpose(at.whole(), inverse));
  }

  private static void concatenated(Differentiation at) {
    List<@Nullable Value> inputs = at.node().inputs();
    int axis = at.axis(0);
    List<Value> sizes = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      sizes.add(at.backward().sizes().size(at.in(i), axis));
    }
    List<Value> parts = split(at.whole(), axis, joined(sizes));
    for (int i = 0; i < inputs.size(); i++) {
      Value part = parts.get(i);
      at.give(i, () -> part);
    }
  }

  /** One vector of several; a constant if all are. */
  private static Value joined(List<Value> vectors) {
    Graph graph = vectors.get(0).graph();
    List<Long> sizes = new ArrayList<>();
    for (Value vector : vectors) {
      Literal literal = vector.literal();
      if (literal == null) {
        return concat(0, vectors.toArray(Value[]::new));
      }
      Arrays.stream(literal.toLongs()).forEach(sizes::add);
    }
    return graph.longs(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  private static void parted(Differentiation at) {
    List<Value> outputs = at.node().outputs();
    Value[] parts = new Value[outputs.size()];
    for (int i = 0; i < parts.length; i++) {
      Value part = at.whole(i);
      parts[i] = part != null ? part : at.zerosLike(outputs.get(i));
    }
    at.give(0, () -> concat(at.axis(0), parts));
  }

  /** Zeros around the gradient, or scattered into zeros where the slice takes steps. */
  private static void sliced(Differentiation at) {
    at.give(
        0,
        () -> {
          Node node = at.node();
          int rank = at.in(0).shape().rank();
          long[] axes = literal(node, 3, LongStream.range(0, rank).toArray());
          long[] ones = new long[axes.length];
          Arrays.fill(ones, 1);
          long[] steps = literal(node, 4, ones);
          if (Arrays.stream(steps).allMatch(step -> step == 1)) {
            return padded(at, axes);
          }
          if (axes.length > 1) {
            throw new IllegalArgumentException(
                node.name() + ": a slice with steps is differentiated along one axis at a time");
          }
          return scatteredAlong(at, at.in(0).shape().normalize((int) axes[0]));
        });
  }

  private static long[] literal(Node node, int index, long[] otherwise) {
    if (!node.hasInput(index)) {
      return otherwise;
    }
    Literal literal = node.input(index).literal();
    if (literal == null) {
      throw new IllegalArgumentException(
          node.name() + ": the gradient of a slice needs constant axes and steps");
    }
    return literal.toLongs();
  }

  private static Value padded(Differentiation at, long[] axes) {
    Value x = at.in(0);
    Graph graph = at.graph();
    int rank = x.shape().rank();
    Value[] widths = new Value[2 * rank];
    Arrays.fill(widths, graph.longs(0));
    for (int i = 0; i < axes.length; i++) {
      int axis = x.shape().normalize((int) axes[i]);
      Value size = at.backward().sizes().size(x, axis);
      Value start = start(at, i, x.shape().get(axis), size);
      Value taken = at.backward().sizes().size(at.out(), axis);
      widths[axis] = start;
      widths[rank + axis] = difference(size, start, taken);
    }
    return pad(at.whole(), joined(List.of(widths)));
  }

  private static Value difference(Value size, Value start, Value taken) {
    if (size.literal() != null && start.literal() != null && taken.literal() != null) {
      return size.graph()
          .longs(
              size.literal().toLongs()[0]
                  - start.literal().toLongs()[0]
                  - taken.literal().toLongs()[0]);
    }
    return sub(sub(size, start), taken);
  }

  /** Where a slice begins, counted from the front, at most the size of the axis. */
  private static Value start(Differentiation at, int index, Dimension dimension, Value size) {
    Graph graph = at.graph();
    Literal starts = at.in(1).literal();
    if (starts != null && dimension.isFixed()) {
      long start = starts.toLongs()[index];
      long n = dimension.size();
      return graph.longs(Math.max(0, Math.min(n, start < 0 ? start + n : start)));
    }
    if (starts != null && starts.toLongs()[index] == 0) {
      return graph.longs(0);
    }
    Value start = slice(at.in(1), 0, index, index + 1);
    Value fromFront = where(less(start, graph.longs(0)), add(start, size), start);
    return min(max(fromFront, graph.longs(0)), size);
  }

  private static Value scatteredAlong(Differentiation at, int axis) {
    Value x = at.in(0);
    Value positions = range(squeeze(at.backward().sizes().size(x, axis), 0));
    Value taken =
        at.graph()
            .append(
                "Slice",
                List.of(positions, at.in(1), at.in(2), at.graph().longs(0), at.in(4)),
                Map.of())
            .output();
    long[] column = new long[x.shape().rank()];
    Arrays.fill(column, 1);
    column[axis] = -1;
    Value indices = expand(reshape(taken, column), at.sizes(at.out()));
    return scatterElements(at.zerosLike(x), indices, at.whole(), axis, "none");
  }

  /** The rows of the gradient added up in the rows that were picked. */
  private static Value gathered(Differentiation at) {
    Value data = at.in(0);
    Value indices = at.in(1);
    int axis = at.axis(0);
    int picked = indices.shape().rank();
    Value g = at.whole();
    if (axis == 0) {
      long padding = at.node().integer(Node.PADDING_ROW, -1);
      Value updates = padding < 0 ? g : withoutPadding(g, indices, padding);
      return scatterNd(at.zerosLike(data), unsqueeze(indices, picked), updates, "add");
    }
    Literal constant = indices.literal();
    if (constant != null && constant.toLongs().length == 1) {
      return onePosition(at, axis, constant.toLongs()[0]);
    }
    // the picked axes to the front, and back
    int rank = g.shape().rank();
    long[] front = moved(rank, axis, picked);
    int dataRank = data.shape().rank();
    Value zeros = transpose(at.zerosLike(data), moved(dataRank, axis, 1));
    Value sum = scatterNd(zeros, unsqueeze(indices, picked), transpose(g, front), "add");
    long[] back = new long[dataRank];
    for (int i = 0; i < dataRank; i++) {
      back[i] = i < axis ? i + 1 : i == axis ? 0 : i;
    }
    return transpose(sum, back);
  }

  private static Value withoutPadding(Value rows, Value indices, long padding) {
    Value counts = not(equal(indices, scalarLike(indices, padding)));
    return mul(rows, unsqueeze(cast(counts, rows.type()), indices.shape().rank()));
  }

  /** The permutation that brings {@code count} axes from {@code axis} on to the front. */
  private static long[] moved(int rank, int axis, int count) {
    return LongStream.concat(
            LongStream.range(axis, axis + count),
            LongStream.concat(LongStream.range(0, axis), LongStream.range(axis + count, rank)))
        .toArray();
  }

  private static Value onePosition(Differentiation at, int axis, long index) {
    Value data = at.in(0);
    Graph graph = at.graph();
    int rank = data.shape().rank();
    boolean scalar = at.in(1).shape().rank() == 0;
    Value g = scalar ? unsqueeze(at.whole(), axis) : at.whole();
    Value size = at.backward().sizes().size(data, axis);
    Value one = graph.longs(1);
    Value[] widths = new Value[2 * rank];
    Arrays.fill(widths, graph.longs(0));
    widths[axis] = index >= 0 ? graph.longs(index) : add(size, graph.longs(index));
    widths[rank + axis] =
        index >= 0 ? difference(size, widths[axis], one) : graph.longs(-index - 1);
    return at.reshapeLike(pad(g, joined(List.of(widths))), data);
  }

  private static Value gatheredElements(Differentiation at) {
    int axis = at.axis(0);
    Value g = at.whole();
    Value gradient = scatterElements(at.zerosLike(at.in(0)), at.in(1), g, axis, "add");
    at.backward().markSparse(gradient, new Backward.Sparse(at.out(), at.in(1), g, axis));
    return gradient;
  }

  private static void scatteredElements(Differentiation at) {
    int axis = at.axis(0);
    Value g = at.whole();
    boolean replaces = replaces(at.node());
    at.give(
        0, () -> replaces ? scatterElements(g, at.in(1), at.zerosLike(at.in(2)), axis, "none") : g);
    at.give(2, () -> gatherElements(g, at.in(1), axis));
  }

  private static void scattered(Differentiation at) {
    Value g = at.whole();
    boolean replaces = replaces(at.node());
    at.give(0, () -> replaces ? scatterNd(g, at.in(1), at.zerosLike(at.in(2)), "none") : g);
    at.give(2, () -> gatherNd(g, at.in(1)));
  }

  private static boolean replaces(Node node) {
    String reduction = node.text("reduction", "none");
    if (!reduction.equals("none") && !reduction.equals("add")) {
      throw new IllegalArgumentException(
          node.name()
              + ": "
              + node.operator()
              + " has a gradient with reduction none or add, not "
              + reduction);
    }
    return reduction.equals("none");
  }

  private static void triangle(Differentiation at) {
    at.give(
        0,
        () -> {
          List<@Nullable Value> inputs = new ArrayList<>(at.node().inputs());
          inputs.set(0, at.whole());
          return at.graph().append("Trilu", inputs, at.node().attributes()).output();
        });
  }
}
