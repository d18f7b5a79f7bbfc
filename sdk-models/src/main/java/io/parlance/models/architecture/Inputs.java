package io.parlance.models.architecture;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Value;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The named inputs that a forward pass is written for; arguments have the names of the reference's
 * {@code forward}.
 */
public final class Inputs {

  private final Graph graph;
  private final Map<String, Value> values;

  private Inputs(Graph graph, Map<String, Value> values) {
    this.graph = graph;
    this.values = Map.copyOf(values);
  }

  /** The inputs that are declared in the graph by now. */
  public static Inputs of(Graph graph) {
    return new Inputs(graph, graph.inputs());
  }

  /** The graph that they belong to. */
  public Graph graph() {
    return graph;
  }

  /** An input that must be there. */
  Value get(String name) {
    Value value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "input " + name + " is missing; given are " + new TreeSet<>(values.keySet()));
    }
    return value;
  }

  /** An input, or null. */
  @Nullable Value find(String name) {
    return values.get(name);
  }

  /** Refuses inputs that the model does not know. */
  void requireOnly(String model, Set<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            model + " has no input " + name + "; it takes " + new TreeSet<>(known));
      }
    }
  }
}
