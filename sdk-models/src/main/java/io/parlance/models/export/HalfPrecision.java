package io.parlance.models.export;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The same function with weights of 16 bits, for graphics processors and smaller files. Inputs and
 * outputs keep their types. As in PyTorch's automatic mixed precision, products are computed in
 * half precision; sums over many elements, powers and exponentials in full precision; everything
 * else in the widest type that comes in.
 */
final class HalfPrecision {

  private static final float LARGEST = 65504;

  private static final Set<String> HALF = Set.of("MatMul", "Gemm", "Conv");

  private static final Set<String> FULL =
      Set.of(
          "CumSum",
          "Cos",
          "Exp",
          "GRU",
          "LSTM",
          "Log",
          "LogSoftmax",
          "Pow",
          "RNN",
          "Range",
          "Reciprocal",
          "ReduceL2",
          "ReduceLogSumExp",
          "ReduceMean",
          "ReduceSum",
          "ReduceSumSquare",
          "ScatterElements",
          "ScatterND",
          "Sin",
          "Softmax",
          "Sqrt",
          "TopK");

  /**
   * Weights that the reference keeps in full precision: the products behind T5's gated layers leave
   * the range of half precision ({@code _keep_in_fp32_modules} of transformers).
   */
  private static final String T5_OUTPUT = ".DenseReluDense.wo.weight";

  /** A value in another type than it was computed in. */
  private record Converted(Value value, ElementType type) {}

  private final FrozenGraph source;
  private final Graph target;
  private final Map<Value, Value> values = new HashMap<>();
  private final Map<Converted, Value> conversions = new HashMap<>();
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final List<Tensor> owned = new ArrayList<>();

  private HalfPrecision(FrozenGraph source) {
    this.source = source;
    Graph graph = source.graph();
    this.target = new Graph(graph.name(), graph.target(), graph.floatType(), graph.opset());
  }

  /**
   * Converts a float32 graph without sub-graphs.
   *
   * @return to be closed; shares what stays as it is with the source
   */
  static FrozenGraph of(FrozenGraph source) {
    HalfPrecision conversion = new HalfPrecision(source);
    try {
      conversion.convert();
      return new FrozenGraph(conversion.target, conversion.weights, conversion.owned);
    } catch (RuntimeException | Error e) {
      conversion.owned.forEach(Tensor::close);
      throw e;
    }
  }

  private void convert() {
    Graph graph = source.graph();
    graph
        .inputs()
        .forEach(
            (name, input) -> values.put(input, target.input(name, input.type(), input.shape())));
    for (Node node : graph.nodes()) {
      String name = node.name();
      String path = name.substring(0, Math.max(0, name.lastIndexOf('/')));
      new Scope(target, "").in(path, scope -> copy(node));
    }
    graph
        .outputs()
        .forEach((name, output) -> target.output(name, converted(map(output), output.type())));
  }

  private Node copy(Node node) {
    if (!node.capturedValues().isEmpty()) {
      throw new IllegalArgumentException(
          node.name() + " has sub-graphs; it cannot be converted to half precision");
    }
    ElementType type = type(node);
    List<@Nullable Value> inputs = new ArrayList<>();
    for (Value input : node.inputs()) {
      inputs.add(input == null ? null : isFloat(input) ? converted(map(input), type) : map(input));
    }
    Node copy = target.append(node.domain(), node.operator(), inputs, node.attributes());
    for (int i = 0; i < node.outputs().size(); i++) {
      values.put(node.outputs().get(i), copy.outputs().get(i));
    }
    return copy;
  }

  /** What floating point inputs of a node are converted to. */
  private ElementType type(Node node) {
    List<Value> floats =
        node.inputs().stream()
            .filter(input -> input != null && isFloat(input))
            .filter(input -> input.origin() != Value.Origin.CONSTANT)
            .map(this::map)
            .toList();
    boolean square = node.operator().equals("Mul") && Objects.equals(node.input(0), node.input(1));
    boolean full =
        HALF.contains(node.operator())
            ? floats.stream().anyMatch(this::isFullWeight)
            : FULL.contains(node.operator())
                || square
                || floats.stream().anyMatch(value -> value.type() == ElementType.FLOAT32);
    return full || floats.isEmpty() ? ElementType.FLOAT32 : ElementType.FLOAT16;
  }

  private static boolean isFloat(Value value) {
    return value.type() == ElementType.FLOAT32;
  }

  private boolean isFullWeight(Value value) {
    return value.origin() == Value.Origin.PARAMETER && value.type() == ElementType.FLOAT32;
  }

  /** A value of the new graph for one of the old. */
  private Value map(Value old) {
    return switch (old.origin()) {
      case PARAMETER -> values.computeIfAbsent(old, this::weight);
      case CONSTANT -> target.constant(Objects.requireNonNull(old.literal(), old.name()));
      default -> Objects.requireNonNull(values.get(old), old.name());
    };
  }

  private Value weight(Value old) {
    Tensor value = Objects.requireNonNull(source.weights().get(old.name()), old.name());
    boolean half = isFloat(old) && !old.name().contains(T5_OUTPUT) && fits(value);
    if (half) {
      value = value.toHalf();
      owned.add(value);
    }
    weights.put(old.name(), value);
    return target.parameter(old.name(), value.type(), Initialization.ZEROS, old.shape().sizes());
  }

  private static boolean fits(Tensor weight) {
    for (float element : weight.toFloatArray()) {
      if (!(Math.abs(element) <= LARGEST)) {
        return false;
      }
    }
    return true;
  }

  private Value converted(Value value, ElementType type) {
    if (value.type() == type) {
      return value;
    }
    return conversions.computeIfAbsent(
        new Converted(value, type), key -> Operators.cast(value, type));
  }
}
