package io.parlance.models.graph;

import io.parlance.models.graph.ShapeInference.Result;
import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shape rules of operators that move, cut or repeat elements and compute nothing from them. */
final class MovementShapes {

  private MovementShapes() {}

  static Result shape(Node node) {
    List<Dimension> dimensions = node.input(0).shape().dimensions();
    int rank = dimensions.size();
    int start = (int) ShapeInference.clampIndex(node.integer("start", 0), rank);
    int end = (int) ShapeInference.clampIndex(node.integer("end", rank), rank);
    List<Dimension> part = dimensions.subList(start, Math.max(start, end));
    return new Result(ElementType.INT64, Shape.fixed(part.size()), List.copyOf(part));
  }

  static Result reshape(Node node) {
    Value data = node.input(0);
    Value target = node.input(1);
    Literal literal = target.literal();
    List<Dimension> contents = target.contents();
    if (literal == null && contents == null) {
      if (target.shape().isFixed()) {
        List<Dimension> unknown = new ArrayList<>();
        for (long i = 0; i < target.shape().get(0).size(); i++) {
          unknown.add(Dimension.unknown());
        }
        return new Result(data.type(), new Shape(unknown));
      }
      throw new IllegalArgumentException("the rank of the target shape " + target + " is unknown");
    }
    List<@Nullable Dimension> dimensions = new ArrayList<>();
    if (literal != null) {
      long[] sizes = literal.toLongs();
      for (int i = 0; i < sizes.length; i++) {
        dimensions.add(
            sizes[i] == -1 ? null : sizes[i] == 0 ? data.shape().get(i) : Dimension.of(sizes[i]));
      }
    } else if (contents != null) {
      dimensions.addAll(contents);
    }
    Dimension rest = Dimension.of(1);
    for (Dimension dimension : dimensions) {
      rest = dimension == null ? rest : rest.times(dimension);
    }
    Dimension inferred = data.shape().elements().dividedBy(rest);
    boolean unknown = data.shape().elements().isUnknown() || rest.isUnknown();
    // named sizes may still divide evenly when the graph runs: 4*batch*sequence by 8
    boolean open = dimensions.contains(null);
    boolean fixed = data.shape().elements().isFixed() && rest.isFixed();
    boolean fits = inferred == null ? open && !fixed : open || inferred.is(1);
    if (!unknown && !fits) {
      throw new IllegalArgumentException(
          "shape " + data.shape() + " has not as many elements as " + dimensions);
    }
    Dimension fill = inferred != null && !unknown ? inferred : Dimension.unknown();
    List<Dimension> filled = new ArrayList<>();
    for (Dimension dimension : dimensions) {
      filled.add(dimension == null ? fill : dimension);
    }
    return new Result(data.type(), new Shape(filled));
  }

  static Result transpose(Node node) {
    Shape shape = node.input(0).shape();
    long[] order = node.integers("perm");
    List<Dimension> dimensions = new ArrayList<>();
    for (int i = 0; i < shape.rank(); i++) {
      dimensions.add(shape.get(order == null ? shape.rank() - 1 - i : (int) order[i]));
    }
    if (order != null && order.length != shape.rank()) {
      throw new IllegalArgumentException(
          "permutation " + Arrays.toString(order) + " does not fit shape " + shape);
    }
    return new Result(node.input(0).type(), new Shape(dimensions));
  }

  static Result concat(Node node) {
    Value first = node.input(0);
    int axis = first.shape().normalize((int) node.integer("axis", 0));
    Dimension sum = first.shape().get(axis);
    List<Dimension> contents = first.contents() == null ? null : new ArrayList<>(first.contents());
    for (int i = 1; i < node.inputs().size(); i++) {
      Value next = node.input(i);
      if (next.shape().rank() != first.shape().rank()) {
        throw new IllegalArgumentException("ranks of " + first + " and " + next + " differ");
      }
      for (int d = 0; d < next.shape().rank(); d++) {
        if (d != axis) {
          ShapeInference.requireEqual(first.shape().get(d), next.shape().get(d), "dimensions " + d);
        }
      }
      sum = sum.plus(next.shape().get(axis));
      if (contents != null && next.contents() != null) {
        contents.addAll(next.contents());
      } else {
        contents = null;
      }
    }
    return new Result(first.type(), first.shape().with(axis, sum), contents);
  }

  static Result slice(Node node) {
    Value data = node.input(0);
    Literal starts = node.input(1).literal();
    Literal ends = node.input(2).literal();
    Literal axes = node.hasInput(3) ? node.input(3).literal() : null;
    Literal steps = node.hasInput(4) ? node.input(4).literal() : null;
    int count = (int) node.input(1).shape().get(0).size();
    Shape shape = data.shape();
    List<Dimension> contents = null;
    for (int i = 0; i < count; i++) {
      int axis =
          node.hasInput(3) ? (axes == null ? -1 : shape.normalize((int) axes.toLongs()[i])) : i;
      if (axis < 0) {
        throw new IllegalArgumentException("the axes of a slice are constants");
      }
      long step = steps == null ? 1 : steps.toLongs()[i];
      Dimension size = shape.get(axis);
      if (starts != null && ends != null && size.isFixed()) {
        long n = size.size();
        long start = ShapeInference.clampIndex(starts.toLongs()[i], n);
        long end =
            step > 0
                ? ShapeInference.clampIndex(ends.toLongs()[i], n)
                : Math.max(-1, ends.toLongs()[i]);
        long length = Math.max(0, (end - start + step - (step > 0 ? 1 : -1)) / step);
        shape = shape.with(axis, Dimension.of(length));
        if (data.contents() != null && step == 1) {
          contents = List.copyOf(data.contents().subList((int) start, (int) (start + length)));
        }
      } else if (step != 1) {
        shape = shape.with(axis, Dimension.unknown());
      } else if (starts != null
          && ends != null
          && starts.toLongs()[i] == 0
          && ends.toLongs()[i] >= Integer.MAX_VALUE) {
        continue; // the whole axis
      } else if (starts != null && starts.toLongs()[i] == 0 && node.input(2).contents() != null) {
        shape = shape.with(axis, node.input(2).contents().get(i));
      } else if (starts != null
          && ends != null
          && starts.toLongs()[i] >= 0
          && starts.toLongs()[i] < ends.toLongs()[i]
          && ends.toLongs()[i] - starts.toLongs()[i] == 1) {
        shape = shape.with(axis, Dimension.of(1));
      } else {
        shape = shape.with(axis, Dimension.unknown());
      }
    }
    return new Result(data.type(), shape, contents);
  }

  static Result gather(Node node) {
    Value data = node.input(0);
    Value indices = node.input(1);
    int axis = data.shape().normalize((int) node.integer("axis", 0));
    List<Dimension> dimensions = new ArrayList<>(data.shape().dimensions().subList(0, axis));
    dimensions.addAll(indices.shape().dimensions());
    dimensions.addAll(data.shape().dimensions().subList(axis + 1, data.shape().rank()));
    List<Dimension> contents = null;
    if (data.contents() != null && indices.literal() != null) {
      contents = new ArrayList<>();
      for (long index : indices.literal().toLongs()) {
        contents.add(
            data.contents().get((int) (index < 0 ? index + data.contents().size() : index)));
      }
    }
    return new Result(data.type(), new Shape(dimensions), contents);
  }

  static Result gatherNd(Node node) {
    Shape data = node.input(0).shape();
    Shape indices = node.input(1).shape();
    int batch = (int) node.integer("batch_dims", 0);
    int depth = (int) indices.get(-1).size();
    List<Dimension> dimensions =
        new ArrayList<>(indices.dimensions().subList(0, indices.rank() - 1));
    dimensions.addAll(data.dimensions().subList(batch + depth, data.rank()));
    return new Result(node.input(0).type(), new Shape(dimensions));
  }

  static Result unsqueeze(Node node) {
    Shape shape = node.input(0).shape();
    long[] axes = ShapeInference.constantAxes(node, 1, 13, 13);
    int rank = shape.rank() + axes.length;
    boolean[] added = new boolean[rank];
    for (long axis : axes) {
      added[(int) (axis < 0 ? axis + rank : axis)] = true;
    }
    List<Dimension> dimensions = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < rank; i++) {
      dimensions.add(added[i] ? Dimension.of(1) : shape.get(next++));
    }
    return new Result(
        node.input(0).type(), new Shape(dimensions), rank == 1 ? node.input(0).contents() : null);
  }

  static Result squeeze(Node node) {
    Shape shape = node.input(0).shape();
    long[] axes = ShapeInference.constantAxes(node, 1, 13, 13);
    List<Dimension> dimensions = new ArrayList<>(shape.dimensions());
    int[] sorted = Arrays.stream(axes).mapToInt(a -> shape.normalize((int) a)).sorted().toArray();
    for (int i = sorted.length - 1; i >= 0; i--) {
      if (!shape.get(sorted[i]).is(1)) {
        throw new IllegalArgumentException(
            "axis " + sorted[i] + " of shape " + shape + " is not 1");
      }
      dimensions.remove(sorted[i]);
    }
    return new Result(
        node.input(0).type(),
        new Shape(dimensions),
        dimensions.isEmpty() ? node.input(0).contents() : null);
  }

  static Result expand(Node node) {
    List<Dimension> contents = node.input(1).contents();
    if (contents == null) {
      List<Dimension> unknown = new ArrayList<>();
      for (long i = 0; i < node.input(1).shape().get(0).size(); i++) {
        unknown.add(Dimension.unknown());
      }
      contents = unknown;
    }
    return new Result(
        node.input(0).type(), Broadcasting.broadcast(node.input(0).shape(), new Shape(contents)));
  }

  static Result constantOfShape(Node node) {
    ElementType type =
        node.attributes().get("value") instanceof Literal l ? l.type() : ElementType.FLOAT32;
    List<Dimension> contents = node.input(0).contents();
    if (contents == null) {
      List<Dimension> unknown = new ArrayList<>();
      for (long i = 0; i < node.input(0).shape().get(0).size(); i++) {
        unknown.add(Dimension.unknown());
      }
      contents = unknown;
    }
    return new Result(type, new Shape(contents));
  }

  static List<Result> split(Node node, int opset) {
    Value data = node.input(0);
    int axis = data.shape().normalize((int) node.integer("axis", 0));
    List<Result> results = new ArrayList<>();
    if (node.hasInput(1)) {
      List<Dimension> parts = node.input(1).contents();
      if (parts == null) {
        throw new IllegalArgumentException(
            "the parts of a split are constants or taken from shapes, not " + node.input(1));
      }
      for (Dimension part : parts) {
        results.add(new Result(data.type(), data.shape().with(axis, part)));
      }
    } else {
      long count = node.integer("num_outputs", 2);
      Dimension part = data.shape().get(axis).dividedBy(Dimension.of(count));
      for (long i = 0; i < count; i++) {
        results.add(
            new Result(
                data.type(), data.shape().with(axis, part == null ? Dimension.unknown() : part)));
      }
    }
    return results;
  }
}
