package io.parlance.models.training;

import io.parlance.InvalidInputException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How good a model was on data that it is not trained on.
 *
 * @param step the updates done by then
 * @param metrics the numbers, {@link Metric#LOSS} always among them
 */
public record Evaluation(long step, Map<Metric, Double> metrics) {

  public Evaluation {
    Map<Metric, Double> sorted = new EnumMap<>(Metric.class);
    sorted.putAll(metrics);
    metrics = Collections.unmodifiableMap(sorted);
  }

  /**
   * One of the numbers.
   *
   * @throws InvalidInputException if it does not exist for this kind of data
   */
  public double get(Metric metric) {
    Double value = metrics.get(metric);
    if (value == null) {
      throw new InvalidInputException(
          "metric " + metric + " does not exist for this data; there are " + metrics.keySet());
    }
    return value;
  }
}
