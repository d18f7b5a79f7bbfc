package io.parlance.models.autodiff;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reverse-mode differentiation: appends to a graph the nodes that compute the gradients of a loss.
 *
 * <p>Nothing is computed that no wanted gradient needs: the walk back from the loss follows only
 * values that depend on a wanted one through floating point numbers. What one operator passes back
 * is a row of the table {@link GradientRules}; a composite function may bring its own formula
 * ({@link Graph#differentiate}).
 */
public final class Gradients {

  private Gradients() {}

  /** What the walk back reads of the forward pass. */
  public enum Activations {
    /** What the forward pass computed, which stays in memory until then. */
    KEPT,
    /**
     * What each layer ({@link Graph#layer}) computes a second time when the walk back arrives there
     * (Chen et al. 2016, "gradient checkpointing"): memory for one layer and for what layers hand
     * on, at the price of about one more forward pass.
     */
    RECOMPUTED
  }

  /** The gradients of a loss; see {@link #of(Value, Value, Collection, Activations)}. */
  public static Map<Value, Value> of(Value loss, Collection<Value> wanted) {
    return of(loss, Operators.scalarLike(loss, 1), wanted, Activations.KEPT);
  }

  /**
   * The gradients of a loss, multiplied by a weight.
   *
   * @param loss a floating point value of one element
   * @param weight a factor of every gradient, of one element: 1, or what a part of a larger batch
   *     counts
   * @param wanted the values to differentiate by
   * @param activations what is read of the forward pass; the gradients are the same
   * @return for each wanted value, in the given order, its gradient of the same shape; values on
   *     which the loss does not depend are left out
   * @throws IllegalArgumentException if the loss has more than one element, or if an operator
   *     between a wanted value and the loss has no gradient rule
   */
  public static Map<Value, Value> of(
      Value loss, Value weight, Collection<Value> wanted, Activations activations) {
    if (!loss.type().isFloatingPoint() || !loss.shape().elements().is(1)) {
      throw new IllegalArgumentException(
          "the loss is one floating point number, not " + loss + "; reduce it, e.g. to its mean");
    }
    Graph graph = loss.graph();
    Backward backward = new Backward(graph, wanted);
    if (activations == Activations.KEPT) {
      walk(backward, loss, weight, node -> {});
    } else {
      Recomputation recomputation = new Recomputation(graph);
      graph.reading(
          recomputation::read,
          () -> walk(backward, loss, weight, node -> recomputation.arrive(node, backward)));
    }
    Map<Value, Value> gradients = new LinkedHashMap<>();
    for (Value value : wanted) {
      Value gradient = backward.complete(value);
      if (gradient != null) {
        gradients.put(value, gradient);
      }
    }
    return gradients;
  }

  private static void walk(Backward backward, Value loss, Value weight, Consumer<Node> arrival) {
    Graph graph = loss.graph();
    List<Node> forward = new ArrayList<>(graph.nodes());
    backward.seed(loss, weight);
    for (int i = forward.size() - 1; i >= 0; i--) {
      Node node = forward.get(i);
      if (backward.reaches(node)) {
        arrival.accept(node);
        new Scope(graph, "gradient").in(node.name(), scope -> differentiate(backward, node));
      }
    }
  }

  private static Node differentiate(Backward backward, Node node) {
    for (Value output : node.outputs()) {
      Graph.Composite composite = output.graph().composite(output);
      Value upstream = composite == null ? null : backward.complete(output);
      if (composite != null && upstream != null) {
        apply(backward, composite, upstream);
        return node;
      }
    }
    GradientRule rule = GradientRules.of(node);
    if (rule == null) {
      throw new IllegalArgumentException(
          node.name()
              + ": operator "
              + node.operator()
              + " has no gradient rule, but lies between a wanted value and the loss;"
              + " write the layer with other operators or stop the gradient before it");
    }
    rule.apply(new Differentiation(backward, node));
    return node;
  }

  private static void apply(Backward backward, Graph.Composite composite, Value upstream) {
    List<@Nullable Value> gradients = composite.gradient().of(upstream);
    List<Value> inputs = composite.inputs();
    if (gradients.size() != inputs.size()) {
      throw new IllegalArgumentException(
          "the derivative of "
              + composite.output()
              + " gives "
              + gradients.size()
              + " gradients for "
              + inputs.size()
              + " inputs");
    }
    for (int i = 0; i < inputs.size(); i++) {
      Value gradient = gradients.get(i);
      if (gradient != null) {
        backward.contribute(inputs.get(i), gradient);
      }
    }
  }
}
