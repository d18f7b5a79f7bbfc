package io.parlance.models.graph;

import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operator factory: one method for each ONNX operator that layers use, named as there. Each
 * appends a node to the graph of its first argument and gives the output; see the ONNX
 * specification for their definitions.
 */
public final class Operators {

  private Operators() {}

  private static Value node(
      String operator, Map<String, Object> attributes, @Nullable Value... inputs) {
    for (Value input : inputs) {
      if (input != null) {
        return input.graph().append(operator, Arrays.asList(inputs), attributes).output();
      }
    }
    throw new IllegalArgumentException(operator + " needs an input");
  }

  private static Value node(String operator, Value... inputs) {
    return node(operator, Map.of(), inputs);
  }

  // ---- element by element, with broadcasting

  public static Value add(Value a, Value b) {
    return node("Add", a, b);
  }

  public static Value add(Value a, double b) {
    return node("Add", a, scalarLike(a, b));
  }

  public static Value sub(Value a, Value b) {
    return node("Sub", a, b);
  }

  public static Value sub(double a, Value b) {
    return node("Sub", scalarLike(b, a), b);
  }

  public static Value mul(Value a, Value b) {
    return node("Mul", a, b);
  }

  public static Value mul(Value a, double b) {
    return node("Mul", a, scalarLike(a, b));
  }

  public static Value div(Value a, Value b) {
    return node("Div", a, b);
  }

  public static Value div(Value a, double b) {
    return node("Div", a, scalarLike(a, b));
  }

  public static Value pow(Value a, double exponent) {
    return node("Pow", a, scalarLike(a, exponent));
  }

  public static Value pow(Value a, Value exponent) {
    return node("Pow", a, exponent);
  }

  public static Value max(Value a, Value b) {
    return node("Max", a, b);
  }

  public static Value min(Value a, Value b) {
    return node("Min", a, b);
  }

  public static Value neg(Value a) {
    return node("Neg", a);
  }

  public static Value abs(Value a) {
    return node("Abs", a);
  }

  /** -1, 0 or 1. */
  public static Value sign(Value a) {
    return node("Sign", a);
  }

  public static Value sqrt(Value a) {
    return node("Sqrt", a);
  }

  public static Value reciprocal(Value a) {
    return node("Reciprocal", a);
  }

  public static Value exp(Value a) {
    return node("Exp", a);
  }

  public static Value log(Value a) {
    return node("Log", a);
  }

  public static Value erf(Value a) {
    return node("Erf", a);
  }

  public static Value tanh(Value a) {
    return node("Tanh", a);
  }

  public static Value sigmoid(Value a) {
    return node("Sigmoid", a);
  }

  public static Value relu(Value a) {
    return node("Relu", a);
  }

  public static Value softplus(Value a) {
    return node("Softplus", a);
  }

  public static Value sin(Value a) {
    return node("Sin", a);
  }

  public static Value cos(Value a) {
    return node("Cos", a);
  }

  /**
   * Exact GELU, x Φ(x); one operator from operator set 20 on, before that its definition by the
   * error function.
   */
  public static Value gelu(Value x) {
    if (x.graph().opset() >= 20) {
      return node("Gelu", x);
    }
    return mul(mul(x, add(erf(div(x, Math.sqrt(2))), 1)), 0.5);
  }

  public static Value equal(Value a, Value b) {
    return node("Equal", a, b);
  }

  public static Value less(Value a, Value b) {
    return node("Less", a, b);
  }

  public static Value lessOrEqual(Value a, Value b) {
    return node("LessOrEqual", a, b);
  }

  public static Value greater(Value a, Value b) {
    return node("Greater", a, b);
  }

  public static Value greaterOrEqual(Value a, Value b) {
    return node("GreaterOrEqual", a, b);
  }

  public static Value and(Value a, Value b) {
    return node("And", a, b);
  }

  public static Value or(Value a, Value b) {
    return node("Or", a, b);
  }

  public static Value not(Value a) {
    return node("Not", a);
  }

  public static Value where(Value condition, Value then, Value otherwise) {
    return node("Where", condition, then, otherwise);
  }

  public static Value cast(Value a, ElementType type) {
    return a.type() == type ? a : node("Cast", Map.of("to", (long) OnnxTypes.code(type)), a);
  }

  public static Value identity(Value a) {
    return node("Identity", a);
  }

  /** The value itself, through which no gradient passes. */
  public static Value stopGradient(Value a) {
    return a.graph()
        .differentiate(identity(a), List.of(a), upstream -> Collections.singletonList(null));
  }

  /** {@code a} limited to [low, high]. */
  public static Value clip(Value a, double low, double high) {
    return node("Clip", a, scalarLike(a, low), scalarLike(a, high));
  }

  /** {@code scale * a} as floats, for integers of 8 bits; one pass where Cast and Mul take two. */
  public static Value dequantize(Value a, double scale) {
    return node("DequantizeLinear", a, a.graph().scalar(scale));
  }

  // ---- products

  public static Value matMul(Value a, Value b) {
    return node("MatMul", a, b);
  }

  /** {@code alpha * op(a) * op(b) + c} for matrices; {@code c} broadcasts and may be null. */
  public static Value gemm(
      Value a, Value b, @Nullable Value c, boolean transA, boolean transB, double alpha) {
    Map<String, Object> attributes =
        Map.of("transA", transA ? 1L : 0L, "transB", transB ? 1L : 0L, "alpha", alpha, "beta", 1.0);
    return c == null ? node("Gemm", attributes, a, b) : node("Gemm", attributes, a, b, c);
  }

  // ---- along an axis

  public static Value softmax(Value a, int axis) {
    return node("Softmax", Map.of("axis", (long) axis), a);
  }

  public static Value logSoftmax(Value a, int axis) {
    return node("LogSoftmax", Map.of("axis", (long) axis), a);
  }

  public static Value reduceSum(Value a, boolean keepDimensions, long... axes) {
    return reduce("ReduceSum", 13, a, keepDimensions, axes);
  }

  public static Value reduceMean(Value a, boolean keepDimensions, long... axes) {
    return reduce("ReduceMean", 18, a, keepDimensions, axes);
  }

  public static Value reduceMax(Value a, boolean keepDimensions, long... axes) {
    return reduce("ReduceMax", 18, a, keepDimensions, axes);
  }

  public static Value reduceSumSquare(Value a, boolean keepDimensions, long... axes) {
    return reduce("ReduceSumSquare", 18, a, keepDimensions, axes);
  }

  public static Value reduceL2(Value a, boolean keepDimensions, long... axes) {
    return reduce("ReduceL2", 18, a, keepDimensions, axes);
  }

  private static Value reduce(
      String operator, int axesInputSince, Value a, boolean keepDimensions, long... axes) {
    long keep = keepDimensions ? 1 : 0;
    if (axes.length == 0) {
      return node(operator, Map.of("keepdims", keep), a);
    }
    return a.graph().opset() >= axesInputSince
        ? node(operator, Map.of("keepdims", keep), a, a.graph().longs(axes))
        : node(operator, Map.of("keepdims", keep, "axes", axes), a);
  }

  public static Value argMax(Value a, int axis, boolean keepDimensions) {
    return node("ArgMax", Map.of("axis", (long) axis, "keepdims", keepDimensions ? 1L : 0L), a);
  }

  /**
   * The {@code k} largest elements of the last axis, largest first, and their indexes. No gradient
   * passes; gather the elements by the indexes where one should.
   */
  public static List<Value> topK(Value a, long k) {
    return a.graph().append("TopK", List.of(a, a.graph().longs(k)), Map.of("axis", -1L)).outputs();
  }

  /** The indexes of elements that are not zero: [rank, count]. */
  public static Value nonZero(Value a) {
    return node("NonZero", a);
  }

  /** Running sum along an axis. */
  public static Value cumulativeSum(Value a, int axis, boolean exclusive) {
    return node("CumSum", Map.of("exclusive", exclusive ? 1L : 0L), a, a.graph().longScalar(axis));
  }

  /** Layer normalization over the last axis with scale and shift, as one operator. */
  public static Value layerNormalization(Value a, Value scale, Value bias, double epsilon) {
    return node("LayerNormalization", Map.of("axis", -1L, "epsilon", epsilon), a, scale, bias);
  }

  /** The same without shift. */
  public static Value layerNormalization(Value a, Value scale, double epsilon) {
    return node("LayerNormalization", Map.of("axis", -1L, "epsilon", epsilon), a, scale);
  }

  // ---- shapes

  public static Value shape(Value a) {
    return node("Shape", a);
  }

  /** The sizes of axes {@code start} to {@code end} (exclusive) as a vector. */
  public static Value shape(Value a, int start, int end) {
    return node("Shape", Map.of("start", (long) start, "end", (long) end), a);
  }

  /** Reshape to constant sizes; 0 keeps the dimension at that place, one -1 takes what is left. */
  public static Value reshape(Value a, long... sizes) {
    return node("Reshape", a, a.graph().longs(sizes));
  }

  public static Value reshape(Value a, Value sizes) {
    return node("Reshape", a, sizes);
  }

  public static Value transpose(Value a, long... order) {
    return node("Transpose", Map.of("perm", order), a);
  }

  public static Value unsqueeze(Value a, long... axes) {
    return node("Unsqueeze", a, a.graph().longs(axes));
  }

  public static Value squeeze(Value a, long... axes) {
    return node("Squeeze", a, a.graph().longs(axes));
  }

  public static Value concat(int axis, Value... parts) {
    return node("Concat", Map.of("axis", (long) axis), parts);
  }

  public static List<Value> split(Value a, int axis, long... sizes) {
    Node node =
        a.graph().append("Split", List.of(a, a.graph().longs(sizes)), Map.of("axis", (long) axis));
    return node.outputs();
  }

  /** Split into parts of computed sizes, whose number is known. */
  public static List<Value> split(Value a, int axis, Value sizes) {
    return a.graph().append("Split", List.of(a, sizes), Map.of("axis", (long) axis)).outputs();
  }

  /**
   * Elements {@code start} (inclusive) to {@code end} (exclusive) of one axis; negative positions
   * count from the end.
   */
  public static Value slice(Value a, int axis, long start, long end) {
    Graph graph = a.graph();
    return node("Slice", a, graph.longs(start), graph.longs(end), graph.longs(axis));
  }

  /** Slice with computed bounds, each a vector of one element. */
  public static Value slice(Value a, int axis, Value start, Value end) {
    return node("Slice", a, start, end, a.graph().longs(axis));
  }

  public static Value gather(Value data, Value indices, int axis) {
    return node("Gather", Map.of("axis", (long) axis), data, indices);
  }

  /**
   * Rows of an embedding table; {@code paddingRow} (or -1) gets no gradient, see {@link
   * Node#PADDING_ROW}.
   */
  public static Value gatherRows(Value table, Value indices, long paddingRow) {
    return paddingRow < 0
        ? gather(table, indices, 0)
        : node("Gather", Map.of("axis", 0L, Node.PADDING_ROW, paddingRow), table, indices);
  }

  public static Value gatherElements(Value data, Value indices, int axis) {
    return node("GatherElements", Map.of("axis", (long) axis), data, indices);
  }

  public static Value scatterElements(
      Value data, Value indices, Value updates, int axis, String reduction) {
    return node(
        "ScatterElements",
        Map.of("axis", (long) axis, "reduction", reduction),
        data,
        indices,
        updates);
  }

  public static Value scatterNd(Value data, Value indices, Value updates, String reduction) {
    return node("ScatterND", Map.of("reduction", reduction), data, indices, updates);
  }

  /** Picks slices of {@code data} by index tuples, the last axis of {@code indices}. */
  public static Value gatherNd(Value data, Value indices) {
    return node("GatherND", data, indices);
  }

  /**
   * Zeros around a tensor.
   *
   * @param widths for each axis the number in front, then for each axis the number behind
   */
  public static Value pad(Value a, Value widths) {
    return node("Pad", a, widths);
  }

  public static Value expand(Value a, Value sizes) {
    return node("Expand", a, sizes);
  }

  /** A tensor of these sizes filled with one value. */
  public static Value constantOfShape(Value sizes, ElementType type, double value) {
    return node("ConstantOfShape", Map.of("value", Literal.of(type, new long[] {1}, value)), sizes);
  }

  /** Integers from 0 to {@code limit} (exclusive), a 64-bit scalar. */
  public static Value range(Value limit) {
    Graph graph = limit.graph();
    return node("Range", graph.longScalar(0), limit, graph.longScalar(1));
  }

  /** Keeps the upper or lower triangle of the last two axes, counted from diagonal {@code k}. */
  public static Value triangle(Value a, boolean upper, long k) {
    return node("Trilu", Map.of("upper", upper ? 1L : 0L), a, a.graph().longScalar(k));
  }

  /** A scalar constant of the type of {@code like}. */
  public static Value scalarLike(Value like, double value) {
    return like.graph().constant(Literal.scalar(like.type(), value));
  }

  /** A vector of sizes, joined from vectors and numbers. */
  public static Value sizes(Graph graph, Object... parts) {
    List<Value> values = new ArrayList<>();
    for (Object part : parts) {
      values.add(part instanceof Value v ? v : graph.longs(((Number) part).longValue()));
    }
    return values.size() == 1 ? values.get(0) : concat(0, values.toArray(Value[]::new));
  }
}
