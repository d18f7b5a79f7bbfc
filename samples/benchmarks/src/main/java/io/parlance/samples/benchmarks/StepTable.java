package io.parlance.samples.benchmarks;

import io.parlance.samples.benchmarks.StepProcess.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The results of all comparisons as a Markdown table. */
final class StepTable {

  /**
   * Steps whose losses must agree: the first one holds the forward pass, the others the updates.
   */
  private static final int COMPARED_LOSSES = 4;

  private static final double FORWARD_TOLERANCE = 1e-5;

  private final List<String> rows = new ArrayList<>();

  /**
   * Adds a row.
   *
   * @throws IllegalStateException if the sides did not compute the same
   */
  void add(TrainingTask task, int threads, Map<Side, List<StepReport>> reports) {
    List<StepReport> ours = reports.getOrDefault(Side.PARLANCE, List.of());
    List<StepReport> theirs = reports.getOrDefault(Side.LIBTORCH, List.of());
    double first = lossDifference(ours.get(0), theirs.get(0), 1);
    double difference = lossDifference(ours.get(0), theirs.get(0), COMPARED_LOSSES);
    if (first > FORWARD_TOLERANCE || difference > task.lossTolerance()) {
      throw new IllegalStateException(
          ("%s: the losses of the first step differ by %.2g, of the first %d by %.2g, expected at"
                  + " most %.2g and %.2g")
              .formatted(
                  task,
                  first,
                  COMPARED_LOSSES,
                  difference,
                  FORWARD_TOLERANCE,
                  task.lossTolerance()));
    }
    double[] ourWall = all(ours, StepReport::wallMillis);
    double[] theirWall = all(theirs, StepReport::wallMillis);
    double ourMedian = StepReport.median(ourWall);
    double theirMedian = StepReport.median(theirWall);
    double ourLeast = StepReport.least(ourWall);
    double theirLeast = StepReport.least(theirWall);
    double ourProcessor = StepReport.median(all(ours, StepReport::cpuMillis));
    double theirProcessor = StepReport.median(all(theirs, StepReport::cpuMillis));
    rows.add(
        "| %s | %d | %.0f (%.0f) | %.0f (%.0f) | %.2f (%.2f) | %.0f / %.0f = %.2f | %.0f / %.0f | %.1e |"
            .formatted(
                task.title(),
                threads,
                ourMedian,
                ourLeast,
                theirMedian,
                theirLeast,
                ourMedian / theirMedian,
                ourLeast / theirLeast,
                ourProcessor,
                theirProcessor,
                ourProcessor / theirProcessor,
                peak(ours),
                peak(theirs),
                difference));
  }

  private static double lossDifference(StepReport ours, StepReport theirs, int first) {
    double difference = 0;
    int steps = Math.min(first, ours.losses().length);
    for (int i = 0; i < steps; i++) {
      difference = Math.max(difference, Math.abs(ours.losses()[i] - theirs.losses()[i]));
    }
    return difference;
  }

  private static double[] all(List<StepReport> reports, Function<StepReport, double[]> values) {
    return reports.stream().map(values).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double peak(List<StepReport> reports) {
    return reports.stream().mapToDouble(StepReport::peakMegabytes).max().orElseThrow();
  }

  String toMarkdown() {
    return """
    | training step | threads | Parlance ms, median (least) | libtorch ms, median (least) | ratio (of least) | processor ms, Parlance / libtorch | peak MB, Parlance / libtorch | loss difference |
    | --- | --- | --- | --- | --- | --- | --- | --- |
    """
        + String.join("\n", rows)
        + "\n";
  }
}
