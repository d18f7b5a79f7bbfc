package io.parlance.models.autodiff;

import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.NodeCopies;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gradients that read what a layer computed read a second computation of it, made when the walk
 * back arrives at the layer, so that between the two only what layers hand to each other stays in
 * memory (Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost; "gradient
 * checkpointing"). Costs about one more forward pass.
 */
final class Recomputation {

  /** A value, as it is seen when the walk back is in a layer. */
  private record Seen(Value value, int layer) {}

  private final Graph graph;
  private final Set<Value> handedOn = new HashSet<>();
  private final Set<Value> fromParameters = new HashSet<>();
  private final Map<Integer, Value> arrivals = new HashMap<>();
  private final Map<Seen, Value> again = new HashMap<>();

  /**
   * @param graph with all of the forward pass and nothing else
   */
  Recomputation(Graph graph) {
    this.graph = graph;
    for (Node node : graph.nodes()) {
      List<Value> read = new ArrayList<>(node.capturedValues());
      node.inputs().stream().filter(input -> input != null).forEach(read::add);
      for (Value value : read) {
        Node producer = value.producer();
        if (producer != null && graph.layer(producer) != graph.layer(node)) {
          handedOn.add(value);
        }
      }
      if (read.stream().allMatch(this::isFixed)) {
        fromParameters.addAll(node.outputs());
      }
    }
  }

  /** Tells that the walk back has come to a node. */
  void arrive(Node node, Backward backward) {
    for (Value output : node.outputs()) {
      Value gradient = backward.collected(output);
      if (gradient != null
          && gradient.shape().rank() > 0
          && !gradient.shape().get(0).isFixed()) { // a fixed size would say nothing about when
        arrivals.putIfAbsent(graph.layer(node), gradient);
      }
    }
  }

  /** What a gradient reads in place of a value of the forward pass. */
  Value read(Value value) {
    Node producer = value.producer();
    int layer = producer == null ? 0 : graph.layer(producer);
    Value arrival = arrivals.get(layer);
    return layer == 0 || arrival == null || handedOn.contains(value)
        ? value
        : again(value, layer, arrival);
  }

  private Value again(Value value, int layer, Value arrival) {
    Seen key = new Seen(value, layer);
    Value known = again.get(key);
    if (known == null) {
      known = compute(value, layer, arrival);
      again.put(key, known);
    }
    return known;
  }

  private Value compute(Value value, int layer, Value arrival) {
    if (isFixed(value) || isSmall(value)) {
      return value;
    }
    Node producer = value.producer();
    if (producer == null
        || graph.layer(producer) != layer
        || handedOn.contains(value)
        || !producer.capturedValues().isEmpty()) {
      return NodeCopies.after(value, arrival);
    }
    List<@Nullable Value> inputs = new ArrayList<>();
    for (Value input : producer.inputs()) {
      inputs.add(input == null ? null : again(input, layer, arrival));
    }
    List<Value> outputs = NodeCopies.append(producer, inputs).outputs();
    for (int i = 0; i < outputs.size(); i++) {
      again.put(new Seen(producer.outputs().get(i), layer), outputs.get(i));
    }
    return outputs.get(producer.outputs().indexOf(value));
  }

  /** Whether it is the same in each run but for what training changes. */
  private boolean isFixed(Value value) {
    return switch (value.origin()) {
      case PARAMETER, CONSTANT -> true;
      default -> fromParameters.contains(value);
    };
  }

  /** Numbers and shapes: not worth anything. */
  private static boolean isSmall(Value value) {
    return value.shape().rank() == 0
        || value.type() == ElementType.INT64 && value.shape().rank() == 1
        || value.shape().dimensions().stream().allMatch(Dimension::isFixed)
            && value.shape().elements().size() < 1024;
  }
}
