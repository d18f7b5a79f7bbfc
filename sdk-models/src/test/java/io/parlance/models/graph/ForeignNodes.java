package io.parlance.models.graph;

import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operators for which our graphs have no inference of shapes. */
public final class ForeignNodes {

  private ForeignNodes() {}

  /** What an output is. */
  public record Output(ElementType type, Shape shape) {}

  public static List<Value> append(
      String domain,
      String operator,
      List<Value> inputs,
      Map<String, Object> attributes,
      List<Output> outputs) {
    Graph graph = inputs.get(0).graph();
    Node node =
        new Node(
            graph.naming().freshInScope(operator),
            domain,
            operator,
            new ArrayList<>(inputs),
            attributes);
    return graph
        .appendDescribed(
            node,
            outputs.stream()
                .map(output -> new ShapeInference.Result(output.type(), output.shape()))
                .toList(),
            null)
        .outputs();
  }
}
