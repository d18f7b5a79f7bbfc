package io.parlance.models.export;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which nodes read each value of a graph. */
final class WeightUses {

  private final Map<Value, List<Node>> readers = new HashMap<>();
  private final Set<Value> elsewhere = new HashSet<>();

  WeightUses(Graph graph) {
    for (Node node : graph.nodes()) {
      for (Value input : node.inputs()) {
        if (input != null) {
          readers.computeIfAbsent(input, v -> new ArrayList<>()).add(node);
        }
      }
      elsewhere.addAll(node.capturedValues());
    }
    elsewhere.addAll(graph.outputs().values());
  }

  /** The nodes that read a value, in order; several times if they do so. */
  List<Node> readers(Value value) {
    return readers.getOrDefault(value, List.of());
  }

  /** Whether only nodes of the graph itself read a value: no sub-graph, and it is no output. */
  boolean isInternal(Value value) {
    return !elsewhere.contains(value);
  }

  /** The parameter of which a value is the transposed matrix, or null. */
  static @Nullable Value transposed(Value value) {
    Node node = value.producer();
    if (node == null || !node.operator().equals("Transpose") || !node.domain().isEmpty()) {
      return null;
    }
    long[] order = node.integers("perm");
    boolean exchanges = order == null || Arrays.equals(order, new long[] {1, 0});
    return exchanges && isMatrix(node.input(0)) ? node.input(0) : null;
  }

  /** Whether a value is a parameter with two axes. */
  static boolean isMatrix(Value value) {
    return value.origin() == Value.Origin.PARAMETER && value.shape().rank() == 2;
  }
}
