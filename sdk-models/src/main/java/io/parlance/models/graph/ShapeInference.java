package io.parlance.models.graph;

import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Types and shapes of operator outputs, one rule an operator, as the ONNX specification defines
 * them.
 */
final class ShapeInference {

  /**
   * What is known of one output; type and shape are null only where a file does not tell.
   *
   * @param contents elements of integer vectors that describe shapes, null if unknown
   */
  record Result(
      @Nullable ElementType type, @Nullable Shape shape, @Nullable List<Dimension> contents) {
    Result(ElementType type, Shape shape) {
      this(type, shape, null);
    }
  }

  /** One rule: the outputs of a node; {@code opset} where the meaning of inputs changed with it. */
  private interface Rule {
    List<Result> infer(Node node, int opset);
  }

  private static final Map<String, Rule> RULES = new HashMap<>();

  private ShapeInference() {}

  static boolean knows(String operator) {
    return RULES.containsKey(operator);
  }

  static List<Result> infer(Node node, int opset) {
    Rule rule = RULES.get(node.operator());
    if (rule == null) {
      throw new IllegalArgumentException("operator " + node.operator() + " has no shape rule");
    }
    return rule.infer(node, opset);
  }

  private static void one(String operators, Function<Node, Result> rule) {
    for (String operator : operators.split(" ")) {
      RULES.put(operator, (node, opset) -> List.of(rule.apply(node)));
    }
  }

  static {
    one(
        "Sqrt Exp Log Erf Tanh Sigmoid Relu Abs Neg Sin Cos Reciprocal Softplus Gelu Sign Identity"
            + " Softmax LogSoftmax Not CumSum Trilu Floor Ceil Round Clip HardSigmoid LeakyRelu Elu"
            + " ScatterElements ScatterND FastGelu QuickGelu",
        node -> new Result(node.input(0).type(), node.input(0).shape(), identityContents(node)));
    one("Add Sub Mul Div Pow Mod", ShapeInference::arithmetic);
    one("Max Min Sum Mean", ShapeInference::variadic);
    one(
        "Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor",
        node ->
            new Result(
                ElementType.BOOL,
                Broadcasting.broadcast(node.input(0).shape(), node.input(1).shape())));
    one("Where", ShapeInference::where);
    one(
        "Cast",
        node ->
            new Result(
                OnnxTypes.ofCode((int) node.integer("to", 0)),
                node.input(0).shape(),
                identityContents(node)));
    one(
        "MatMul",
        node ->
            new Result(node.input(0).type(), matMul(node.input(0).shape(), node.input(1).shape())));
    one(
        "MatMulInteger",
        node ->
            new Result(ElementType.INT32, matMul(node.input(0).shape(), node.input(1).shape())));
    one("Gemm", ShapeInference::gemm);
    one("Shape", MovementShapes::shape);
    one("Reshape", MovementShapes::reshape);
    one("Transpose", MovementShapes::transpose);
    one("Concat", MovementShapes::concat);
    one("Slice", MovementShapes::slice);
    one("Gather", MovementShapes::gather);
    one("GatherElements", node -> new Result(node.input(0).type(), node.input(1).shape()));
    one("GatherND", MovementShapes::gatherNd);
    one("Unsqueeze", MovementShapes::unsqueeze);
    one("Squeeze", MovementShapes::squeeze);
    one("Expand", MovementShapes::expand);
    one("Pad", ShapeInference::pad);
    one("ConstantOfShape", MovementShapes::constantOfShape);
    one("Range", node -> new Result(node.input(0).type(), new Shape(List.of(rangeLength(node)))));
    one("DequantizeLinear", node -> new Result(node.input(1).type(), node.input(0).shape()));
    RULES.put("Split", MovementShapes::split);
    for (String reduction :
        List.of(
            "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2")) {
      RULES.put(reduction, ShapeInference::reduce);
    }
    for (String recurrent : List.of("RNN", "GRU", "LSTM")) {
      RULES.put(recurrent, ShapeInference::recurrent);
    }
    RULES.put("ArgMax", ShapeInference::argMax);
    RULES.put("TopK", ShapeInference::topK);
    one(
        "NonZero",
        node ->
            new Result(
                ElementType.INT64,
                new Shape(
                    List.of(Dimension.of(node.input(0).shape().rank()), Dimension.unknown()))));
    RULES.put("LayerNormalization", ShapeInference::layerNormalization);
    RULES.put(
        "DynamicQuantizeLinear",
        (node, opset) ->
            List.of(
                new Result(ElementType.UINT8, node.input(0).shape()),
                new Result(ElementType.FLOAT32, Shape.SCALAR),
                new Result(ElementType.UINT8, Shape.SCALAR)));
  }

  private static @Nullable List<Dimension> identityContents(Node node) {
    return node.operator().equals("Identity") || node.operator().equals("Cast")
        ? node.input(0).contents()
        : null;
  }

  private static Result arithmetic(Node node) {
    Value a = node.input(0);
    Value b = node.input(1);
    if (a.type() != b.type() && !node.operator().equals("Pow")) {
      throw new IllegalArgumentException(
          "the element types " + a.type() + " and " + b.type() + " differ");
    }
    return new Result(
        a.type(), Broadcasting.broadcast(a.shape(), b.shape()), contentsOf(node, a, b));
  }

  private static @Nullable List<Dimension> contentsOf(Node node, Value a, Value b) {
    List<Dimension> left = a.contents();
    List<Dimension> right = b.contents();
    if (left == null || right == null || left.size() != 1 || right.size() != 1) {
      return null;
    }
    Dimension result =
        switch (node.operator()) {
          case "Mul" -> left.get(0).times(right.get(0));
          case "Add" -> left.get(0).plus(right.get(0));
          case "Div" -> left.get(0).dividedBy(right.get(0));
          default -> null;
        };
    return result == null ? null : List.of(result);
  }

  private static Result variadic(Node node) {
    Shape shape = node.input(0).shape();
    for (int i = 1; i < node.inputs().size(); i++) {
      shape = Broadcasting.broadcast(shape, node.input(i).shape());
    }
    return new Result(node.input(0).type(), shape);
  }

  private static Result where(Node node) {
    Shape branches = Broadcasting.broadcast(node.input(1).shape(), node.input(2).shape());
    if (node.input(1).type() != node.input(2).type()) {
      throw new IllegalArgumentException(
          "the branches have types " + node.input(1).type() + " and " + node.input(2).type());
    }
    return new Result(
        node.input(1).type(), Broadcasting.broadcast(node.input(0).shape(), branches));
  }

  private static Shape matMul(Shape a, Shape b) {
    if (a.rank() == 0 || b.rank() == 0) {
      throw new IllegalArgumentException("a scalar cannot be multiplied as a matrix");
    }
    if (b.rank() == 1) {
      requireEqual(a.get(-1), b.get(0), "inner dimensions");
      return new Shape(a.dimensions().subList(0, a.rank() - 1));
    }
    requireEqual(a.get(-1), b.get(-2), "inner dimensions");
    if (a.rank() == 1) {
      List<Dimension> dimensions = new ArrayList<>(b.dimensions());
      dimensions.remove(b.rank() - 2);
      return new Shape(dimensions);
    }
    Shape outer =
        Broadcasting.broadcast(
            new Shape(a.dimensions().subList(0, a.rank() - 2)),
            new Shape(b.dimensions().subList(0, b.rank() - 2)));
    List<Dimension> dimensions = new ArrayList<>(outer.dimensions());
    dimensions.add(a.get(-2));
    dimensions.add(b.get(-1));
    return new Shape(dimensions);
  }

  private static Result gemm(Node node) {
    Shape a = node.input(0).shape();
    Shape b = node.input(1).shape();
    if (a.rank() != 2 || b.rank() != 2) {
      throw new IllegalArgumentException(
          "both factors are matrices, not of rank " + a.rank() + " and " + b.rank());
    }
    boolean transA = node.integer("transA", 0) != 0;
    boolean transB = node.integer("transB", 0) != 0;
    requireEqual(a.get(transA ? 0 : 1), b.get(transB ? 1 : 0), "inner dimensions");
    return new Result(
        node.input(0).type(), new Shape(List.of(a.get(transA ? 1 : 0), b.get(transB ? 0 : 1))));
  }

  static long clampIndex(long index, long length) {
    return Math.max(0, Math.min(length, index < 0 ? index + length : index));
  }

  static long[] constantAxes(Node node, int index, int opset, int inputSince) {
    if (opset < inputSince) {
      long[] axes = node.integers("axes");
      return axes == null ? new long[0] : axes;
    }
    if (!node.hasInput(index)) {
      return new long[0];
    }
    Literal axes = node.input(index).literal();
    if (axes == null) {
      throw new IllegalArgumentException("axes are constants");
    }
    return axes.toLongs();
  }

  private static Result pad(Node node) {
    Shape shape = node.input(0).shape();
    int rank = shape.rank();
    List<Dimension> widths = node.input(1).contents();
    List<Dimension> dimensions = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      if (widths == null) {
        dimensions.add(Dimension.unknown());
      } else if (widths.size() == 2 * rank) {
        dimensions.add(widths.get(i).plus(shape.get(i)).plus(widths.get(rank + i)));
      } else {
        throw new IllegalArgumentException(
            "padding " + widths + " has not two widths for each axis of shape " + shape);
      }
    }
    return new Result(node.input(0).type(), new Shape(dimensions));
  }

  private static Dimension rangeLength(Node node) {
    List<Dimension> limit = node.input(1).contents();
    Literal start = node.input(0).literal();
    boolean fromZero =
        start != null && start.type() == ElementType.INT64 && start.toLongs()[0] == 0;
    return limit != null && fromZero ? limit.get(0) : Dimension.unknown();
  }

  private static List<Result> reduce(Node node, int opset) {
    Shape shape = node.input(0).shape();
    long[] axes = constantAxes(node, 1, opset, node.operator().equals("ReduceSum") ? 13 : 18);
    boolean keep = node.integer("keepdims", 1) != 0;
    boolean[] reduced = new boolean[shape.rank()];
    if (axes.length == 0) {
      Arrays.fill(reduced, true);
    }
    for (long axis : axes) {
      reduced[shape.normalize((int) axis)] = true;
    }
    List<Dimension> dimensions = new ArrayList<>();
    for (int i = 0; i < reduced.length; i++) {
      if (!reduced[i]) {
        dimensions.add(shape.get(i));
      } else if (keep) {
        dimensions.add(Dimension.of(1));
      }
    }
    return List.of(new Result(node.input(0).type(), new Shape(dimensions)));
  }

  private static List<Result> argMax(Node node, int opset) {
    Shape shape = node.input(0).shape();
    int axis = shape.normalize((int) node.integer("axis", 0));
    List<Dimension> dimensions = new ArrayList<>(shape.dimensions());
    if (node.integer("keepdims", 1) != 0) {
      dimensions.set(axis, Dimension.of(1));
    } else {
      dimensions.remove(axis);
    }
    return List.of(new Result(ElementType.INT64, new Shape(dimensions)));
  }

  private static List<Result> topK(Node node, int opset) {
    Shape shape = node.input(0).shape();
    List<Dimension> count = node.input(1).contents();
    Shape result =
        shape.with(
            (int) node.integer("axis", -1), count == null ? Dimension.unknown() : count.get(0));
    return List.of(new Result(node.input(0).type(), result), new Result(ElementType.INT64, result));
  }

  /** One direction, time first, as layers write them: all states, the last one, the last cell. */
  private static List<Result> recurrent(Node node, int opset) {
    if (node.attributes().get("direction") instanceof String direction
        && direction.equals("bidirectional")) {
      throw new IllegalArgumentException("both directions at once have no shape rule");
    }
    Shape x = node.input(0).shape();
    Dimension hidden = node.input(2).shape().get(-1);
    requireEqual(x.get(2), node.input(1).shape().get(2), "widths of input and weights");
    Dimension one = Dimension.of(1);
    ElementType type = node.input(0).type();
    Result last = new Result(type, new Shape(List.of(one, x.get(1), hidden)));
    Result all = new Result(type, new Shape(List.of(x.get(0), one, x.get(1), hidden)));
    return node.operator().equals("LSTM") ? List.of(all, last, last) : List.of(all, last);
  }

  private static List<Result> layerNormalization(Node node, int opset) {
    Shape shape = node.input(0).shape();
    int axis = shape.normalize((int) node.integer("axis", -1));
    Shape scale = new Shape(shape.dimensions().subList(axis, shape.rank()));
    if (!node.input(1).shape().equals(scale)) {
      throw new IllegalArgumentException(
          "the scale has shape " + node.input(1).shape() + ", expected " + scale);
    }
    return List.of(new Result(node.input(0).type(), shape));
  }

  static void requireEqual(Dimension a, Dimension b, String what) {
    if (!a.equals(b) && !a.isUnknown() && !b.isUnknown()) {
      throw new IllegalArgumentException(what + " " + a + " and " + b + " differ");
    }
  }
}
