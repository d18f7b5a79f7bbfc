package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.squeeze;

import io.parlance.models.graph.Value;
import io.parlance.models.objective.Losses;
import io.parlance.runtime.ElementType;

/**
 * The loss of sequence classification heads, which every family shares: chosen by {@code
 * problem_type}.
 */
final class ClassificationLoss {

  private ClassificationLoss() {}

  /**
   * The loss.
   *
   * @param scores [batch, labels]
   * @param targets [batch] for regression on one value or a single class, [batch, labels] otherwise
   */
  static Value of(Labels labels, Value scores, Value targets) {
    Labels.ProblemType type = labels.problemType();
    if (type == null) {
      type =
          labels.count() == 1
              ? Labels.ProblemType.REGRESSION
              : targets.type() == ElementType.INT64
                  ? Labels.ProblemType.SINGLE_LABEL_CLASSIFICATION
                  : Labels.ProblemType.MULTI_LABEL_CLASSIFICATION;
    }
    return switch (type) {
      case REGRESSION ->
          Losses.meanSquaredError(
              labels.count() == 1 && targets.shape().rank() == 1 ? squeeze(scores, 1) : scores,
              targets);
      case SINGLE_LABEL_CLASSIFICATION -> Losses.crossEntropy(scores, targets);
      case MULTI_LABEL_CLASSIFICATION -> Losses.binaryCrossEntropyWithLogits(scores, targets);
    };
  }
}
