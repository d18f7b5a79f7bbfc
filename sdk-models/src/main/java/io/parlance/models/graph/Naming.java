package io.parlance.models.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The names that a graph has given, and the place in the model that is being written. */
final class Naming {

  private final String graph;
  private final Set<String> names = new HashSet<>();
  private final Map<String, Integer> counters = new HashMap<>();
  private final Deque<String> scopes = new ArrayDeque<>();
  private int layers;
  private int layerDepth;

  Naming(String graph) {
    this.graph = graph;
  }

  /** Takes a value's name. */
  String claim(String valueName) {
    if (!names.add(valueName)) {
      throw new IllegalArgumentException(
          "graph " + graph + " has a value " + valueName + " already");
    }
    return valueName;
  }

  /** A name that no value has, nor will have. */
  String fresh(String stem) {
    String candidate = stem + "_" + counters.merge(stem, 1, Integer::sum);
    while (names.contains(candidate) || names.contains(candidate + ":0")) { // names from a file
      candidate = stem + "_" + counters.merge(stem, 1, Integer::sum);
    }
    return candidate;
  }

  /** A new node's name: the scope that is being written, and a stem. */
  String freshInScope(String stem) {
    String path = scopes.isEmpty() ? "" : scopes.peek();
    return fresh(path.isEmpty() ? stem : path + "/" + stem);
  }

  void enter(String path) {
    scopes.push(path);
  }

  void leave() {
    scopes.pop();
  }

  void beginLayer() {
    layers += layerDepth++ == 0 ? 1 : 0;
  }

  void endLayer() {
    layerDepth--;
  }

  /** The number of the outermost indexed layer that is being written; 0 outside of them. */
  int layer() {
    return layerDepth == 0 ? 0 : layers;
  }
}
