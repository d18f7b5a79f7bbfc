package io.parlance.models.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How well predicted classes agree with the true ones: accuracy, precision, recall, F1, Matthews
 * correlation. The definitions are scikit-learn's; a ratio 0/0 counts as 0, averages run over all
 * classes, also those that never occur. Immutable.
 */
public final class ClassificationMetrics {

  /**
   * The scores of one class.
   *
   * @param precision the share of the predictions of this class that are right
   * @param recall the share of this class's examples that were found
   * @param f1 the harmonic mean of the two
   * @param support the number of examples of this class
   */
  public record ClassScore(double precision, double recall, double f1, long support) {

    static ClassScore of(long truePositives, long predicted, long actual) {
      return new ClassScore(
          ratio(truePositives, predicted),
          ratio(truePositives, actual),
          ratio(2.0 * truePositives, predicted + actual),
          actual);
    }
  }

  private final long[][] confusion;
  private final long total;
  private final long[] actual;
  private final long[] predicted;

  private ClassificationMetrics(long[][] confusion) {
    this.confusion = confusion;
    int classes = confusion.length;
    this.actual = new long[classes];
    this.predicted = new long[classes];
    long sum = 0;
    for (int row = 0; row < classes; row++) {
      for (int column = 0; column < classes; column++) {
        actual[row] += confusion[row][column];
        predicted[column] += confusion[row][column];
        sum += confusion[row][column];
      }
    }
    this.total = sum;
  }

  /**
   * Compares predictions with labels.
   *
   * @param labels the true class of each example, 0 to {@code classes - 1}
   * @param predictions the predicted class of each example
   * @param classes the number of classes
   * @throws IllegalArgumentException if the arrays differ in length, are empty or hold another
   *     class
   */
  public static ClassificationMetrics of(int[] labels, int[] predictions, int classes) {
    requireSameLength(labels.length, predictions.length);
    long[][] confusion = new long[classes][classes];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0
          || labels[i] >= classes
          || predictions[i] < 0
          || predictions[i] >= classes) {
        throw new IllegalArgumentException(
            "example %d: label %d and prediction %d must be 0 to %d"
                .formatted(i, labels[i], predictions[i], classes - 1));
      }
      confusion[labels[i]][predictions[i]]++;
    }
    return new ClassificationMetrics(confusion);
  }

  /**
   * The number of examples of class {@code label} that were predicted to be class {@code
   * prediction}.
   */
  public long count(int label, int prediction) {
    return confusion[label][prediction];
  }

  /**
   * The share of examples whose class was predicted; equal to micro-averaged precision, recall and
   * F1.
   */
  public double accuracy() {
    return ratio(correct(), total);
  }

  /** The scores of each class, by class number. */
  public List<ClassScore> perClass() {
    List<ClassScore> scores = new ArrayList<>(confusion.length);
    for (int c = 0; c < confusion.length; c++) {
      scores.add(ClassScore.of(confusion[c][c], predicted[c], actual[c]));
    }
    return Collections.unmodifiableList(scores);
  }

  /** The mean precision of the classes. */
  public double macroPrecision() {
    return perClass().stream().mapToDouble(ClassScore::precision).average().orElse(0);
  }

  /** The mean recall of the classes. */
  public double macroRecall() {
    return perClass().stream().mapToDouble(ClassScore::recall).average().orElse(0);
  }

  /** The mean F1 of the classes. */
  public double macroF1() {
    return perClass().stream().mapToDouble(ClassScore::f1).average().orElse(0);
  }

  /** The mean F1 of the classes, weighted by their support. */
  public double weightedF1() {
    return perClass().stream().mapToDouble(score -> score.f1() * score.support()).sum() / total;
  }

  /** Matthews correlation for any number of classes (Gorodkin's R_K); 0 where it is not defined. */
  public double matthews() {
    double correctTimesTotal = (double) correct() * total;
    double crossed = 0;
    double predictedSquares = 0;
    double actualSquares = 0;
    for (int c = 0; c < confusion.length; c++) {
      crossed += (double) actual[c] * predicted[c];
      predictedSquares += (double) predicted[c] * predicted[c];
      actualSquares += (double) actual[c] * actual[c];
    }
    double square = (double) total * total;
    return ratio(
        correctTimesTotal - crossed,
        Math.sqrt(square - predictedSquares) * Math.sqrt(square - actualSquares));
  }

  /**
   * Cohen's kappa: agreement beyond what the class frequencies give by chance; 0 where it is not
   * defined.
   */
  public double cohenKappa() {
    double expected = 0;
    for (int c = 0; c < confusion.length; c++) {
      expected += (double) actual[c] / total * ((double) predicted[c] / total);
    }
    return ratio(accuracy() - expected, 1 - expected);
  }

  private long correct() {
    long correct = 0;
    for (int c = 0; c < confusion.length; c++) {
      correct += confusion[c][c];
    }
    return correct;
  }

  static double ratio(double numerator, double denominator) {
    return denominator == 0 ? 0 : numerator / denominator;
  }

  static void requireSameLength(int labels, int predictions) {
    if (labels != predictions || labels == 0) {
      throw new IllegalArgumentException(
          "%d labels and %d predictions must be equally many, at least one"
              .formatted(labels, predictions));
    }
  }
}
