package io.parlance.models.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The derivative of a composite function, where a formula of its own takes fewer passes than the
 * derivatives of its parts one by one. See {@link Graph#differentiate}.
 */
@FunctionalInterface
public interface CustomGradient {

  /**
   * Appends the gradient to the graph.
   *
   * @param upstream the gradient of the loss by the function's output, of the output's shape
   * @return the gradients by the function's inputs, in their order and of their shapes; null where
   *     an input gets none
   */
  List<@Nullable Value> of(Value upstream);
}
