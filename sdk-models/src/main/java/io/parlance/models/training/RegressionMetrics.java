package io.parlance.models.training;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well predicted numbers agree with the true ones.
 *
 * @param pearson the linear correlation; 0 if either side is constant
 * @param spearman the correlation of the ranks, ties having their mean rank; 0 if either side is
 *     constant
 * @param meanSquaredError the mean of the squared differences
 * @param meanAbsoluteError the mean of the absolute differences
 */
public record RegressionMetrics(
    double pearson, double spearman, double meanSquaredError, double meanAbsoluteError) {

  /**
   * Compares predictions with labels.
   *
   * @throws IllegalArgumentException if the arrays differ in length or are empty
   */
  public static RegressionMetrics of(double[] labels, double[] predictions) {
    ClassificationMetrics.requireSameLength(labels.length, predictions.length);
    double squared = 0;
    double absolute = 0;
    for (int i = 0; i < labels.length; i++) {
      double difference = predictions[i] - labels[i];
      squared += difference * difference;
      absolute += Math.abs(difference);
    }
    return new RegressionMetrics(
        correlation(labels, predictions),
        correlation(ranks(labels), ranks(predictions)),
        squared / labels.length,
        absolute / labels.length);
  }

  private static double correlation(double[] x, double[] y) {
    double meanX = IntStream.range(0, x.length).mapToDouble(i -> x[i]).average().orElse(0);
    double meanY = IntStream.range(0, y.length).mapToDouble(i -> y[i]).average().orElse(0);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - meanX) * (y[i] - meanY);
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    return ClassificationMetrics.ratio(xy, Math.sqrt(xx) * Math.sqrt(yy));
  }

  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    for (int start = 0; start < order.length; ) {
      int end = start + 1;
      while (end < order.length && values[order[end]] == values[order[start]]) {
        end++;
      }
      for (int i = start; i < end; i++) {
        ranks[order[i]] = (start + end + 1) / 2.0;
      }
      start = end;
    }
    return ranks;
  }
}
