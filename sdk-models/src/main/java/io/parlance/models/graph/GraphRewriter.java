package io.parlance.models.graph;

import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Copies a graph while a rule replaces some of its nodes. Inputs, outputs, and the names of all
 * that is kept stay; parameters and constants that nothing reads any more are left out.
 */
public final class GraphRewriter {

  /** Decides about one node. */
  @FunctionalInterface
  public interface Rule {

    /**
     * What stands for the node's first output from now on.
     *
     * @param node a node of the old graph
     * @param rewriter gives values of the new graph for those of the old and takes new nodes
     * @return a value of the new graph, or null to keep the node
     */
    @Nullable Value replace(Node node, GraphRewriter rewriter);
  }

  private final Graph target;
  private final Map<Value, Value> values = new HashMap<>();

  private GraphRewriter(Graph target) {
    this.target = target;
  }

  /**
   * Copies {@code source}, replacing nodes by {@code rule}. Sub-graphs are copied as they are.
   *
   * @return a graph of its own
   */
  public static Graph rewrite(Graph source, Rule rule) {
    GraphRewriter rewriter =
        new GraphRewriter(
            new Graph(source.name(), source.target(), source.floatType(), source.opset()));
    rewriter.copyInto(source, rule);
    return rewriter.target;
  }

  private void copyInto(Graph source, Rule rule) {
    for (Value input : source.inputs().values()) {
      values.put(
          input, target.describedInput(input.name(), input.typeIfKnown(), input.shapeIfKnown()));
    }
    for (Node node : source.nodes()) {
      target.naming().enter(node.name());
      Value replacement = rule.replace(node, this);
      target.naming().leave();
      if (replacement == null) {
        copy(node);
      } else {
        values.put(node.output(), replacement);
      }
    }
    source.outputs().forEach((name, value) -> target.output(name, map(value)));
  }

  /** The graph that is being written. */
  public Graph target() {
    return target;
  }

  /**
   * The value of the new graph that stands for one of the old.
   *
   * @throws IllegalStateException if it comes later than the node that is being replaced
   */
  public Value map(Value old) {
    Value known = values.get(old);
    if (known != null) {
      return known;
    }
    Value copied =
        switch (old.origin()) {
          case PARAMETER -> parameter(old);
          case CONSTANT -> constant(old);
          default ->
              throw new IllegalStateException(
                  "value " + old + " has no counterpart yet; nodes are not in order of evaluation");
        };
    values.put(old, copied);
    return copied;
  }

  private Value parameter(Value old) {
    Graph.Parameter parameter =
        Objects.requireNonNull(old.graph().parameters().get(old.name()), old.name());
    return target.parameter(
        old.name(), old.type(), parameter.initialization(), old.shape().sizes());
  }

  private Value constant(Value old) {
    return target.constant(old.name(), Objects.requireNonNull(old.literal(), old.name()));
  }

  /**
   * Declares a parameter of the new graph whose values the caller keeps; its name must be new or
   * denote the same.
   */
  public Value parameter(String name, ElementType type, long... sizes) {
    return target.parameter(name, type, Initialization.ZEROS, sizes);
  }

  /**
   * Appends a node to the new graph, named after the one that is being replaced. Its outputs are
   * described as far as that follows from the inputs.
   *
   * @param outputs how many it has
   */
  public List<Value> append(
      String operator, int outputs, Map<String, Object> attributes, Value... inputs) {
    Node node =
        new Node(
            target.naming().freshInScope(operator),
            "",
            operator,
            new ArrayList<>(List.of(inputs)),
            attributes);
    List<ShapeInference.Result> inferred = Declarations.infer(node, target.opset());
    List<ShapeInference.Result> results = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      results.add(
          inferred.size() == outputs
              ? inferred.get(i)
              : new ShapeInference.Result(null, null, null));
    }
    return target.appendDescribed(node, results, null).outputs();
  }

  private void copy(Node node) {
    List<@Nullable Value> inputs = new ArrayList<>();
    for (Value input : node.inputs()) {
      inputs.add(input == null ? null : map(input));
    }
    Map<String, Object> attributes = new HashMap<>(node.attributes());
    attributes.replaceAll(
        (name, value) -> value instanceof Graph subGraph ? copySubGraph(subGraph) : value);
    List<ShapeInference.Result> results = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Value output : node.outputs()) {
      results.add(
          new ShapeInference.Result(
              output.typeIfKnown(), output.shapeIfKnown(), output.contents()));
      names.add(output.name());
    }
    Node copy = new Node(node.name(), node.domain(), node.operator(), inputs, attributes);
    target.appendDescribed(copy, results, names);
    for (int i = 0; i < names.size(); i++) {
      values.put(node.outputs().get(i), copy.outputs().get(i));
    }
  }

  private Graph copySubGraph(Graph source) {
    GraphRewriter inner =
        new GraphRewriter(
            new Graph(source.name(), source.target(), source.floatType(), source.opset()));
    source
        .captures()
        .forEach((stand, outer) -> inner.values.put(stand, inner.target.capture(map(outer))));
    inner.copyInto(source, (node, rewriter) -> null);
    return inner.target;
  }
}
