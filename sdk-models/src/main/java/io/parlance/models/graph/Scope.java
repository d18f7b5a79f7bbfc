package io.parlance.models.graph;

import java.util.function.Function;

/**
 * A place in a model's tree of layers: it prefixes the names of the parameters declared in it and
 * names the layer in error messages. {@code scope.in("query", s -> Layers.linear(s, x, 64))}
 * declares {@code ...query.weight}.
 *
 * @param graph the graph being built
 * @param path dotted path of the layer, empty at the root
 */
public record Scope(Graph graph, String path) {

  /** The full name of something called {@code name} here. */
  public String name(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Declares a parameter of this layer. */
  public Value parameter(String name, Initialization initialization, long... sizes) {
    return graph.parameter(name(name), initialization, sizes);
  }

  /** Declares what this layer stores like a parameter, though it is not trained. */
  public Value buffer(String name, Initialization initialization, long... sizes) {
    return graph.buffer(name(name), initialization, sizes);
  }

  /** Writes a sub-layer. */
  public <T> T in(String child, Function<Scope, T> body) {
    Scope scope = new Scope(graph, name(child));
    graph.naming().enter(scope.path);
    try {
      return body.apply(scope);
    } finally {
      graph.naming().leave();
    }
  }

  /**
   * Writes sub-layer number {@code index}, as in {@code layer.0}. The outermost of these are what
   * {@link Graph#layer} counts.
   */
  public <T> T in(String child, int index, Function<Scope, T> body) {
    graph.naming().beginLayer();
    try {
      return in(child + "." + index, body);
    } finally {
      graph.naming().endLayer();
    }
  }
}
