package io.parlance.models.autodiff;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of one walk back: which values depend on a wanted one, and the gradients collected so
 * far.
 *
 * <p>A collected gradient may be smaller than its value where it is the same along an axis (it
 * broadcasts to the value's shape), as the gradient of a sum is: most rules can use it as it is.
 */
final class Backward {

  /**
   * A gradient that is zero but for one element in each row.
   *
   * @param picked the elements of the forward value that have a gradient, one a row
   * @param indices where they are, of the shape of {@code picked}
   * @param updates their gradients
   * @param axis the axis along which {@code indices} count
   */
  record Sparse(Value picked, Value indices, Value updates, int axis) {}

  /**
   * A matrix times a column, one number a row: {@code data * rows}. Products of such a gradient
   * with a narrow matrix are cheaper if that one is scaled.
   */
  record RowScaled(Value data, Value rows) {}

  private final Graph graph;
  private final SymbolicSizes sizes;
  private final Set<Value> dependent = new HashSet<>();
  private final Map<Value, List<Node>> readers = new HashMap<>();
  private final Map<Value, Value> gradients = new HashMap<>();
  private final Map<Value, Sparse> sparse = new HashMap<>();
  private final Map<Value, RowScaled> rowScaled = new HashMap<>();

  Backward(Graph graph, Collection<Value> wanted) {
    this.graph = graph;
    this.sizes = new SymbolicSizes(graph);
    dependent.addAll(wanted);
    for (Node node : graph.nodes()) {
      for (Value input : node.inputs()) {
        if (input != null) {
          readers.computeIfAbsent(input, v -> new ArrayList<>()).add(node);
          if (dependent.contains(input)) {
            node.outputs().stream().filter(o -> o.type().isFloatingPoint()).forEach(dependent::add);
          }
        }
      }
    }
  }

  Graph graph() {
    return graph;
  }

  SymbolicSizes sizes() {
    return sizes;
  }

  void seed(Value loss, Value weight) {
    contribute(loss, weight);
  }

  /** Whether the value depends on a wanted one, so that it needs a gradient. */
  boolean needs(Value value) {
    return dependent.contains(value);
  }

  /** Whether a gradient has come to the node and one of its inputs needs its own. */
  boolean reaches(Node node) {
    return node.outputs().stream().anyMatch(gradients::containsKey)
        && node.inputs().stream().anyMatch(input -> input != null && needs(input));
  }

  /** The forward nodes that read a value. */
  List<Node> readers(Value value) {
    return readers.getOrDefault(value, List.of());
  }

  /** Adds to the gradient of a value; {@code gradient} broadcasts to its shape. */
  void contribute(Value value, Value gradient) {
    if (!needs(value)) {
      return;
    }
    Value known = gradients.get(value);
    gradients.put(value, known == null ? gradient : Operators.add(known, gradient));
  }

  /** The gradient of a value as it was collected, perhaps smaller than the value; null if none. */
  @Nullable Value collected(Value value) {
    return gradients.get(value);
  }

  /** The gradient of a value in the value's shape; null if none. */
  @Nullable Value complete(Value value) {
    Value gradient = gradients.get(value);
    if (gradient == null) {
      return null;
    }
    Value whole = spread(gradient, value);
    gradients.put(value, whole);
    return whole;
  }

  /** Repeats a gradient so that it has the shape of the value. */
  Value spread(Value gradient, Value like) {
    return sameShape(gradient.shape(), like.shape())
        ? gradient
        : Operators.expand(gradient, sizes.vector(like.shape(), like));
  }

  /**
   * Whether two shapes that broadcast are the same; sizes that are unknown are taken to be equal.
   */
  static boolean sameShape(Shape a, Shape b) {
    if (a.rank() != b.rank()) {
      return false;
    }
    for (int i = 0; i < a.rank(); i++) {
      if (a.get(i).is(1) != b.get(i).is(1)) {
        return false;
      }
    }
    return true;
  }

  /** {@code data * rows}, remembered as such. */
  Value scaleRows(Value data, Value rows) {
    Value product = Operators.mul(data, rows);
    rowScaled.put(product, new RowScaled(data, rows));
    return product;
  }

  /** The factors of a gradient made by {@link #scaleRows}; null for others. */
  @Nullable RowScaled rowScaled(Value gradient) {
    return rowScaled.get(gradient);
  }

  void markSparse(Value gradient, Sparse description) {
    sparse.put(gradient, description);
  }

  /** What is known of a gradient that is zero almost everywhere; null for others. */
  @Nullable Sparse sparse(Value gradient) {
    return sparse.get(gradient);
  }
}
