package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.less;
import static io.parlance.models.graph.Operators.max;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.split;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.where;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Value;
import io.parlance.models.objective.Losses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where an answer starts and ends: what question answering heads of all families give. */
final class AnswerSpan {

  private AnswerSpan() {}

  /**
   * Scores of each token as start and as end, and their loss where both are given.
   *
   * @param scores [batch, sequence, 2]
   */
  static Map<String, Value> outputs(Value scores, Inputs inputs) {
    List<Value> ends = split(scores, -1, 1, 1);
    Value start = squeeze(ends.get(0), -1); // [batch, sequence]
    Value end = squeeze(ends.get(1), -1);
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("start_logits", start);
    outputs.put("end_logits", end);
    Value starts = inputs.find("start_positions");
    Value stops = inputs.find("end_positions");
    if (starts != null && stops != null) {
      outputs.put("loss", mul(add(loss(start, starts), loss(end, stops)), 0.5));
    }
    return outputs;
  }

  /** Positions after the end do not count: the answer was cut off. Negative ones mean the first. */
  private static Value loss(Value scores, Value positions) {
    Graph graph = scores.graph();
    Value inside = less(positions, squeeze(shape(scores, 1, 2), 0));
    Value target = max(positions, graph.longScalar(0));
    return Losses.crossEntropy(scores, where(inside, target, graph.longScalar(Losses.IGNORED)));
  }
}
