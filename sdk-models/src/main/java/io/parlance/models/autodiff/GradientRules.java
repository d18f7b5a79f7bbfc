package io.parlance.models.autodiff;

import io.parlance.models.graph.Node;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The table of gradient rules, one row an operator. Its parts: {@link ElementwiseGradients}, {@link
 * ProductGradients}, {@link ReductionGradients}, {@link MovementGradients}.
 */
final class GradientRules {

  private static final Map<String, GradientRule> TABLE = new HashMap<>();

  static {
    TABLE.putAll(ElementwiseGradients.ROWS);
    TABLE.putAll(ProductGradients.ROWS);
    TABLE.putAll(ReductionGradients.ROWS);
    TABLE.putAll(MovementGradients.ROWS);
  }

  private GradientRules() {}

  /** The row of a node's operator; null if there is none. */
  static @Nullable GradientRule of(Node node) {
    return node.domain().isEmpty() ? TABLE.get(node.operator()) : null;
  }
}
