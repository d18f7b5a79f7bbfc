package io.parlance.models.export;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxModel;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.runtime.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph with the values of its parameters, which no longer change.
 *
 * @param graph the graph
 * @param weights a value for each parameter of the graph, by name
 * @param owned those of the values that were made for this graph; they are freed by {@link #close}
 */
public record FrozenGraph(Graph graph, Map<String, Tensor> weights, List<Tensor> owned)
    implements AutoCloseable {

  public FrozenGraph {
    Map<String, Tensor> used = new LinkedHashMap<>();
    for (String name : graph.parameters().keySet()) {
      Tensor value = weights.get(name);
      if (value == null) {
        throw new IllegalArgumentException(
            "no value is given for parameter " + name + " of " + graph);
      }
      used.put(name, value);
    }
    weights = Collections.unmodifiableMap(used);
    owned = List.copyOf(owned);
  }

  /** A graph with weights that belong to the caller. */
  public static FrozenGraph of(Graph graph, Map<String, Tensor> weights) {
    return new FrozenGraph(graph, weights, List.of());
  }

  /** A model from a file, which keeps its weights. */
  public static FrozenGraph of(OnnxModel model) {
    return of(model.graph(), model.weights());
  }

  /** Writes the graph with its weights. */
  public OnnxWriter writer() {
    return OnnxWriter.of(graph).keepAllInputs().weights(weights);
  }

  /** Frees what was made for this graph. */
  @Override
  public void close() {
    owned.forEach(Tensor::close);
  }
}
