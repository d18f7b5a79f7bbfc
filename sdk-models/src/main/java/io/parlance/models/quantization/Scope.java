package io.parlance.models.quantization;

import ai.onnx.proto.OnnxMl;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names that one graph or sub-graph defines, inside those of the graph around it. */
final class Scope {

  private final @Nullable Scope parent;
  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final Map<String, OnnxMl.NodeProto> producers = new HashMap<>();
  private final Set<String> inputs = new HashSet<>();

  /**
   * A weight as a node sees it.
   *
   * @param weight the stored matrix
   * @param transposed whether it is seen transposed
   */
  record View(Weight weight, boolean transposed) {}

  Scope(OnnxMl.GraphProto graph, @Nullable Scope parent) {
    this.parent = parent;
    graph.getInputList().forEach(input -> inputs.add(input.getName()));
    for (OnnxMl.TensorProto tensor : graph.getInitializerList()) {
      weights.put(tensor.getName(), new Weight(tensor.getName(), tensor, this));
    }
    for (OnnxMl.NodeProto node : graph.getNodeList()) {
      for (String output : node.getOutputList()) {
        producers.put(output, node);
      }
      OnnxMl.TensorProto constant = constant(node);
      if (constant != null) {
        weights.put(node.getOutput(0), new Weight(node.getOutput(0), constant, this));
      }
    }
  }

  private static OnnxMl.@Nullable TensorProto constant(OnnxMl.NodeProto node) {
    return isStandard(node, "Constant")
            && node.getAttributeCount() == 1
            && node.getAttribute(0).getName().equals("value")
        ? node.getAttribute(0).getT()
        : null;
  }

  static boolean isStandard(OnnxMl.NodeProto node, String operator) {
    return node.getOpType().equals(operator)
        && (node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx"));
  }

  /** The weights that this graph defines itself. */
  Collection<Weight> weights() {
    return weights.values();
  }

  /** The weight that a name stands for here, if it does. */
  @Nullable View view(String name) {
    Weight weight = weights.get(name);
    if (weight != null) {
      return new View(weight, false);
    }
    OnnxMl.NodeProto node = producers.get(name);
    if (node != null) {
      return throughNode(node);
    }
    return inputs.contains(name) || parent == null ? null : parent.view(name);
  }

  private @Nullable View throughNode(OnnxMl.NodeProto node) {
    if (isStandard(node, "Identity")) {
      return view(node.getInput(0));
    }
    if (!isStandard(node, "Transpose")) {
      return null;
    }
    List<Long> order =
        node.getAttributeCount() == 0 ? List.of(1L, 0L) : node.getAttribute(0).getIntsList();
    View of = order.equals(List.of(1L, 0L)) ? view(node.getInput(0)) : null;
    return of == null ? null : new View(of.weight, !of.transposed);
  }

  /** Whether a node only hands on a weight, so that its readers count instead of it. */
  boolean handsOn(OnnxMl.NodeProto node) {
    return node.getOutputCount() == 1
        && (isStandard(node, "Identity") || isStandard(node, "Transpose"))
        && view(node.getOutput(0)) != null;
  }
}
