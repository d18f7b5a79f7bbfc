package io.parlance.models.graph;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.mul;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nodes that compute once more, later, what other nodes of the same graph compute. */
public final class NodeCopies {

  private NodeCopies() {}

  /**
   * Appends the operator of a node again.
   *
   * @param node a node without sub-graphs
   * @param inputs values of the types and shapes of the node's inputs
   */
  public static Node append(Node node, List<@Nullable Value> inputs) {
    return append(node.operator(), node.domain(), inputs, node.attributes(), node.outputs());
  }

  /**
   * A value that cannot be read before another one is there: nodes that run in any order that their
   * inputs allow, as ONNX Runtime's do, run late if they read this. Its elements are not copied.
   *
   * @param value of rank 1 at least
   * @param condition of rank 1 at least; its first size must not be known before the graph runs, or
   *     the dependency is optimized away
   */
  public static Value after(Value value, Value condition) {
    Value nothing = mul(Operators.shape(condition, 0, 1), value.graph().longs(0));
    Value sizes = add(Operators.shape(value), nothing);
    return append("Reshape", "", List.of(value, sizes), Map.of(), List.of(value)).output();
  }

  private static Node append(
      String operator,
      String domain,
      List<@Nullable Value> inputs,
      Map<String, Object> attributes,
      List<Value> like) {
    Graph graph = like.get(0).graph();
    List<ShapeInference.Result> results = new ArrayList<>();
    for (Value output : like) {
      results.add(
          new ShapeInference.Result(
              output.typeIfKnown(), output.shapeIfKnown(), output.contents()));
    }
    Node node =
        new Node(
            graph.naming().freshInScope(operator),
            domain,
            operator,
            new ArrayList<>(inputs),
            attributes);
    return graph.appendDescribed(node, results, null);
  }
}
