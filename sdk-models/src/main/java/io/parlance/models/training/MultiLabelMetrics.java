package io.parlance.models.training;

import io.parlance.models.training.ClassificationMetrics.ClassScore;
import java.util.ArrayList;
import java.util.List;

/**
 * How well predicted sets of labels agree with the true ones, where an example has any number of
 * labels. Definitions are scikit-learn's with 0/0 counted as 0.
 *
 * @param subsetAccuracy the share of examples whose whole set of labels was predicted
 * @param hammingLoss the share of wrong decisions among all examples and labels
 * @param microF1 F1 over all decisions together
 * @param macroF1 the mean F1 of the labels
 * @param perLabel the scores of each label, by label number
 */
public record MultiLabelMetrics(
    double subsetAccuracy,
    double hammingLoss,
    double microF1,
    double macroF1,
    List<ClassScore> perLabel) {

  public MultiLabelMetrics {
    perLabel = List.copyOf(perLabel);
  }

  /**
   * Compares predictions with labels; row: example, column: label.
   *
   * @throws IllegalArgumentException if the rows differ in number or length or there is none
   */
  public static MultiLabelMetrics of(boolean[][] labels, boolean[][] predictions) {
    ClassificationMetrics.requireSameLength(labels.length, predictions.length);
    int classes = labels[0].length;
    long[] hits = new long[classes];
    long[] predicted = new long[classes];
    long[] actual = new long[classes];
    long exact = 0;
    for (int row = 0; row < labels.length; row++) {
      if (labels[row].length != classes || predictions[row].length != classes) {
        throw new IllegalArgumentException(
            "example %d: %d labels and %d predictions, expected %d of each"
                .formatted(row, labels[row].length, predictions[row].length, classes));
      }
      boolean same = true;
      for (int c = 0; c < classes; c++) {
        hits[c] += labels[row][c] && predictions[row][c] ? 1 : 0;
        predicted[c] += predictions[row][c] ? 1 : 0;
        actual[c] += labels[row][c] ? 1 : 0;
        same &= labels[row][c] == predictions[row][c];
      }
      exact += same ? 1 : 0;
    }
    return of(exact, labels.length, hits, predicted, actual);
  }

  private static MultiLabelMetrics of(
      long exact, int examples, long[] hits, long[] predicted, long[] actual) {
    List<ClassScore> scores = new ArrayList<>();
    long allHits = 0;
    long allPredicted = 0;
    long allActual = 0;
    for (int c = 0; c < hits.length; c++) {
      scores.add(ClassScore.of(hits[c], predicted[c], actual[c]));
      allHits += hits[c];
      allPredicted += predicted[c];
      allActual += actual[c];
    }
    double wrong = (double) allPredicted + allActual - 2 * allHits;
    return new MultiLabelMetrics(
        (double) exact / examples,
        ClassificationMetrics.ratio(wrong, (double) examples * hits.length),
        ClassScore.of(allHits, allPredicted, allActual).f1(),
        scores.stream().mapToDouble(ClassScore::f1).average().orElse(0),
        scores);
  }
}
