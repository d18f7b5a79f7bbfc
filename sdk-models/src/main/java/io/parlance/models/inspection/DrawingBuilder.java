package io.parlance.models.inspection;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Value;
import io.parlance.models.inspection.GraphDrawing.Arrow;
import io.parlance.models.inspection.GraphDrawing.Box;
import io.parlance.models.inspection.GraphDrawing.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the boxes and arrows of a graph. */
final class DrawingBuilder {

  /** The first number in a path that is not 0. */
  private static final Pattern REPEATED = Pattern.compile("(?<=^|\\.)([1-9]\\d*)(?=\\.|$).*");

  /** What they give does not depend on what flows, only on its shape. */
  private static final Set<String> SHAPES = Set.of("Shape", "Size", "ConstantOfShape", "Range");

  private final Graph graph;
  private final Map<String, Set<String>> weights = new LinkedHashMap<>(); // by layer
  private final Map<String, Integer> lastOfRepeated = new HashMap<>();
  private final Map<String, Box> boxes = new LinkedHashMap<>();
  private final Map<String, Arrow> arrows = new LinkedHashMap<>();

  /** The boxes that a value comes from; none for constants, weights and shapes. */
  private final Map<Value, Set<String>> sources = new HashMap<>();

  DrawingBuilder(Graph graph) {
    this.graph = graph;
  }

  GraphDrawing drawing() {
    Set<String> layers = layers();
    graph.inputs().forEach((name, value) -> box(name, Kind.INPUT, List.of(name), List.of(value)));
    for (Node node : graph.nodes()) {
      visit(node, layers);
    }
    graph
        .outputs()
        .forEach(
            (name, value) -> {
              String id = "output " + name;
              boxes.put(id, new Box(id, Kind.OUTPUT, List.of(name)));
              connect(value, id);
            });
    return new GraphDrawing(
        graph.name(), List.copyOf(boxes.values()), List.copyOf(arrows.values()));
  }

  /** The layers that get a box of their own: those with weights or products of matrices. */
  private Set<String> layers() {
    Set<String> layers = new HashSet<>();
    for (Node node : graph.nodes()) {
      String path = LayerPaths.of(node, Map.of());
      for (Value input : node.inputs()) {
        Value weight = LayerPaths.weight(input, Map.of());
        if (weight != null && !path.isEmpty()) {
          layers.add(path);
          weights
              .computeIfAbsent(path, p -> new TreeSet<>())
              .add(LayerPaths.nameInLayer(weight) + " " + shape(weight));
        }
      }
      if (node.operator().equals("MatMul") && !path.isEmpty()) {
        layers.add(path);
      }
      Matcher repeated = REPEATED.matcher(path);
      if (repeated.find()) {
        lastOfRepeated.merge(
            path.substring(0, repeated.start()), Integer.parseInt(repeated.group(1)), Math::max);
      }
    }
    return layers;
  }

  private void visit(Node node, Set<String> layers) {
    if (SHAPES.contains(node.operator())) {
      return;
    }
    String path = LayerPaths.of(node, Map.of());
    Matcher repeated = REPEATED.matcher(path);
    if (repeated.find()) {
      String prefix = path.substring(0, repeated.start());
      int last = lastOfRepeated.getOrDefault(prefix, 1);
      String name = prefix + (last == 1 ? "1" : "1 to " + last);
      enter(node, name, Kind.LAYER, List.of(name));
    } else if (layers.contains(path)) {
      List<String> lines = new ArrayList<>(List.of(path));
      lines.addAll(weights.getOrDefault(path, Set.of()));
      enter(node, path, Kind.LAYER, lines);
    } else {
      meet(node);
    }
  }

  /** A node outside of layers has a box where several flows meet, and passes one on. */
  private void meet(Node node) {
    Set<Set<String>> flows = new LinkedHashSet<>();
    Set<String> all = new LinkedHashSet<>();
    for (Value input : inputs(node)) {
      Set<String> from = sources.getOrDefault(input, Set.of());
      if (!from.isEmpty()) {
        flows.add(from);
        all.addAll(from);
      }
    }
    if (flows.size() > 1) {
      enter(node, node.name(), Kind.OPERATOR, List.of(node.operator()));
    } else {
      node.outputs().forEach(output -> sources.put(output, all));
    }
  }

  private void enter(Node node, String id, Kind kind, List<String> lines) {
    inputs(node).forEach(input -> connect(input, id));
    box(id, kind, lines, node.outputs());
  }

  private static List<Value> inputs(Node node) {
    List<Value> inputs = new ArrayList<>(node.capturedValues());
    for (@Nullable Value input : node.inputs()) {
      if (input != null) {
        inputs.add(input);
      }
    }
    return inputs;
  }

  private void box(String id, Kind kind, List<String> lines, List<Value> outputs) {
    boxes.putIfAbsent(id, new Box(id, kind, lines));
    outputs.forEach(output -> sources.put(output, Set.of(id)));
  }

  private void connect(Value value, String to) {
    for (String from : sources.getOrDefault(value, Set.of())) {
      if (!from.equals(to)) {
        arrows.putIfAbsent(from + "\n" + to, new Arrow(from, to, shape(value)));
      }
    }
  }

  private static String shape(Value value) {
    return value.isDescribed() ? value.shape().toString().replaceAll("unknown_\\d+", "?") : "";
  }
}
