package io.parlance.models.inspection;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which layer a node belongs to: that of its weight, by the weight's name, else the scope that the
 * node's own name tells. Exporters of PyTorch name nodes by scopes too, {@code
 * /encoder/layer.0/MatMul}.
 */
final class LayerPaths {

  /** Operators through which a weight stays a weight. */
  private static final Set<String> PASSING =
      Set.of(
          "Transpose", "Cast", "Identity", "Reshape", "DequantizeLinear", "Squeeze", "Unsqueeze");

  private LayerPaths() {}

  /** The layer of a node, such as {@code encoder.layer.0.attention.self.query}; empty for none. */
  static String of(Node node, Map<Value, Value> enclosing) {
    for (Value input : node.inputs()) {
      Value weight = weight(input, enclosing);
      if (weight != null && isNamed(weight)) {
        return ofWeight(weight, "");
      }
    }
    String name = node.name();
    int end = name.lastIndexOf('/');
    return end <= 0 ? "" : name.substring(name.startsWith("/") ? 1 : 0, end).replace('/', '.');
  }

  /**
   * The layer that a weight belongs to.
   *
   * @param user the layer of the node that reads it, for a weight whose name tells nothing
   */
  static String ofWeight(Value weight, String user) {
    String name = plainName(weight);
    return isNamed(weight) ? name.substring(0, name.lastIndexOf('.')) : user;
  }

  /** What a weight is called inside of its layer, such as {@code bias}; folded ones are weights. */
  static String nameInLayer(Value weight) {
    String name = plainName(weight);
    return isNamed(weight)
        ? name.substring(name.lastIndexOf('.') + 1)
        : name.contains("::") ? "weight" : name;
  }

  /** Without what tools that merge graphs put in front of names. */
  private static String plainName(Value weight) {
    return weight.name().substring(weight.name().lastIndexOf('/') + 1);
  }

  /**
   * Whether a parameter's name tells its layer; exporters call folded ones {@code onnx::MatMul_7}.
   */
  private static boolean isNamed(Value weight) {
    return weight.name().contains(".") && !weight.name().contains("::");
  }

  /**
   * The parameter that a value holds, as it is or in another form; null if it is computed.
   *
   * @param enclosing what stands for values of enclosing graphs
   */
  static @Nullable Value weight(@Nullable Value value, Map<Value, Value> enclosing) {
    Value at = value;
    while (at != null) {
      if (at.origin() == Value.Origin.PARAMETER) {
        return at;
      }
      if (at.origin() == Value.Origin.CAPTURE) {
        at = enclosing.get(at);
      } else {
        Node producer = at.producer();
        at = producer != null && PASSING.contains(producer.operator()) ? producer.input(0) : null;
      }
    }
    return null;
  }

  /** The graphs inside of a node that run when the node does; of two branches the first. */
  static List<Graph> inner(Node node) {
    Object branch = node.attributes().get("then_branch");
    return (branch == null ? node.attributes().values().stream() : List.of(branch).stream())
        .filter(Graph.class::isInstance)
        .map(Graph.class::cast)
        .toList();
  }
}
