package io.parlance.models.export;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.GraphRewriter;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One application of {@link Quantization}: decides for each weight, then rewrites the graph. */
final class QuantizedGraph {

  /** Below this the work around an integer product costs more than it saves. */
  private static final int SMALLEST = 1024;

  private static final int FIRST_OPSET = 11;
  private static final long ONNX_FLOAT = 1;

  private final FrozenGraph source;
  private final Quantization options;
  private final WeightUses uses;
  private final Map<Value, Plan> plans = new HashMap<>();
  private final Map<Value, List<Value>> quantizedInputs = new HashMap<>();
  private final Map<Value, Value> transposed = new HashMap<>();
  private final Map<String, Tensor> weights;
  private final List<Tensor> owned = new ArrayList<>();

  /**
   * What becomes of one weight.
   *
   * @param rows whether each row has a scale, else each column
   * @param stored the names of integers and scales in the new graph
   * @param flip whether the integers are stored transposed
   */
  private record Plan(Value weight, boolean rows, String stored, boolean flip) {
    String scales() {
      return weight.name() + "_scale";
    }

    String rowScales() {
      return weight.name() + "_row_scale";
    }
  }

  QuantizedGraph(FrozenGraph source, Quantization options) {
    if (source.graph().opset() < FIRST_OPSET) {
      throw new IllegalArgumentException(
          source.graph()
              + " uses operator set "
              + source.graph().opset()
              + "; integer products need at least "
              + FIRST_OPSET);
    }
    this.source = source;
    this.options = options;
    this.uses = new WeightUses(source.graph());
    this.weights = new LinkedHashMap<>(source.weights());
  }

  FrozenGraph build() {
    try {
      for (Graph.Parameter parameter : source.graph().parameters().values()) {
        Plan plan = plan(parameter.value());
        if (plan != null) {
          plans.put(plan.weight, plan);
          store(plan);
        }
      }
      return new FrozenGraph(GraphRewriter.rewrite(source.graph(), this::replace), weights, owned);
    } catch (RuntimeException | Error e) {
      owned.forEach(Tensor::close);
      throw e;
    }
  }

  /** How a weight is quantized, or null if it stays. */
  private @Nullable Plan plan(Value weight) {
    boolean candidate =
        WeightUses.isMatrix(weight)
            && weight.type() == ElementType.FLOAT32
            && weight.shape().elements().size() >= SMALLEST
            && !options.excluded().contains(weight.name())
            && uses.isInternal(weight);
    if (!candidate || uses.readers(weight).isEmpty()) {
      return null;
    }
    int rowUses = 0;
    int lookUps = 0;
    int transposes = 0;
    for (Node reader : uses.readers(weight)) {
      if (isLookUp(reader, weight)) {
        lookUps++;
        rowUses++;
      } else if (isTransposedForProducts(reader)) {
        transposes++;
        rowUses++;
      } else if (!isProduct(reader, weight)) {
        return null;
      } else if (reader.integer("transB", 0) != 0) {
        rowUses++;
      }
    }
    boolean rows = rowUses > 0;
    if (rows && rowUses < uses.readers(weight).size()) {
      return null; // some readers want a scale for each row, others for each column
    }
    boolean flip = rows && lookUps == 0 && transposes == 0;
    return new Plan(weight, rows, weight.name() + "_quantized", flip);
  }

  private static boolean isStandard(Node node, String operator) {
    return node.domain().isEmpty() && node.operator().equals(operator);
  }

  private static boolean isLookUp(Node node, Value table) {
    return isStandard(node, "Gather")
        && node.integer("axis", 0) == 0
        && node.input(0) == table
        && node.input(1) != table;
  }

  private boolean isTransposedForProducts(Node node) {
    return WeightUses.transposed(node.output()) != null
        && uses.isInternal(node.output())
        && uses.readers(node.output()).stream()
            .allMatch(reader -> isStandard(reader, "MatMul") && isProduct(reader, node.output()));
  }

  /** Whether a node multiplies something else by {@code factor} from the right. */
  private static boolean isProduct(Node node, Value factor) {
    if (isStandard(node, "MatMul")) {
      return node.input(1) == factor && node.input(0) != factor;
    }
    return isStandard(node, "Gemm")
        && node.input(1) == factor
        && node.input(0) != factor
        && !(node.hasInput(2) && node.input(2) == factor)
        && node.integer("transA", 0) == 0
        && node.number("alpha", 1) == 1
        && (node.number("beta", 1) == 1 || !node.hasInput(2));
  }

  private void store(Plan plan) {
    Tensor weight = Objects.requireNonNull(source.weights().get(plan.weight.name()));
    QuantizedMatrix matrix =
        QuantizedMatrix.of(plan.weight.name(), weight, plan.rows, options.limit());
    Tensor integers = keep(matrix.integers());
    if (plan.flip) {
      integers = keep(TransposedWeights.transpose(integers));
    }
    weights.put(plan.stored, integers);
    weights.put(plan.scales(), keep(Tensor.of(matrix.scales(), matrix.scales().length)));
    weights.put(plan.rowScales(), keep(Tensor.of(matrix.scales(), matrix.scales().length, 1)));
  }

  private Tensor keep(Tensor tensor) {
    owned.add(tensor);
    return tensor;
  }

  private @Nullable Value replace(Node node, GraphRewriter rewriter) {
    if (isStandard(node, "Gather")) {
      Plan plan = plans.get(node.input(0));
      return plan == null ? null : lookUp(plan, node, rewriter);
    }
    if (isStandard(node, "MatMul")) {
      Value matrix = WeightUses.transposed(node.input(1));
      Plan plan = plans.get(matrix == null ? node.input(1) : matrix);
      return plan == null ? null : product(plan, node, rewriter);
    }
    if (isStandard(node, "Gemm")) {
      Plan plan = plans.get(node.input(1));
      if (plan == null) {
        return null;
      }
      Value product = product(plan, node, rewriter);
      return node.hasInput(2)
          ? one(rewriter, "Add", Map.of(), product, rewriter.map(node.input(2)))
          : product;
    }
    Value weight = isStandard(node, "Transpose") ? WeightUses.transposed(node.output()) : null;
    Plan plan = weight == null ? null : plans.get(weight);
    // its readers are all replaced; what stands for it is never read
    return plan == null ? null : integers(plan, rewriter);
  }

  private static Value one(
      GraphRewriter rewriter, String operator, Map<String, Object> attributes, Value... inputs) {
    return rewriter.append(operator, 1, attributes, inputs).get(0);
  }

  private Value integers(Plan plan, GraphRewriter rewriter) {
    return declare(plan.stored, rewriter);
  }

  private Value declare(String name, GraphRewriter rewriter) {
    Tensor tensor = Objects.requireNonNull(weights.get(name));
    return rewriter.parameter(name, tensor.type(), tensor.shape());
  }

  /** {@code rows[ids] * scales[ids]}. */
  private Value lookUp(Plan plan, Node node, GraphRewriter rewriter) {
    Value ids = rewriter.map(node.input(1));
    Map<String, Object> axis = Map.of("axis", 0L);
    Value rows = one(rewriter, "Gather", axis, integers(plan, rewriter), ids);
    Value scales = one(rewriter, "Gather", axis, declare(plan.rowScales(), rewriter), ids);
    return one(rewriter, "Mul", Map.of(), toFloat(rewriter, rows), scales);
  }

  /**
   * {@code (x8 - zero point) W8 * (scale of x * scales of W)}, in the spelling that ONNX Runtime
   * fuses into one kernel.
   */
  private Value product(Plan plan, Node node, GraphRewriter rewriter) {
    List<Value> input =
        quantizedInputs.computeIfAbsent(
            rewriter.map(node.input(0)),
            x -> rewriter.append("DynamicQuantizeLinear", 3, Map.of(), x));
    Value factor = integers(plan, rewriter);
    if (plan.rows && !plan.flip) {
      Value stored = factor;
      factor =
          transposed.computeIfAbsent(
              stored, v -> one(rewriter, "Transpose", Map.of("perm", new long[] {1, 0}), v));
    }
    Value sums = one(rewriter, "MatMulInteger", Map.of(), input.get(0), factor, input.get(2));
    Value scales = declare(plan.scales(), rewriter);
    Value scale = one(rewriter, "Mul", Map.of(), input.get(1), scales);
    return one(rewriter, "Mul", Map.of(), toFloat(rewriter, sums), scale);
  }

  private static Value toFloat(GraphRewriter rewriter, Value value) {
    return one(rewriter, "Cast", Map.of("to", ONNX_FLOAT), value);
  }
}
