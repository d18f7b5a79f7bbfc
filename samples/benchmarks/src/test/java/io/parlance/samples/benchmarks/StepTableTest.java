package io.parlance.samples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.samples.benchmarks.StepProcess.Side;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepTableTest {

  private final StepTable table = new StepTable();

  private static StepReport report(double loss, double peak, double... millis) {
    return new StepReport(new double[] {0.7, 0.6, 0.5, loss}, millis, millis, peak);
  }

  @Test
  void aRowHasMediansAndLeastOfAllRoundsAndTheLargestPeak() {
    List<StepReport> ours = List.of(report(0.4, 700, 90, 100), report(0.4, 800, 80, 300));
    List<StepReport> theirs = List.of(report(0.4, 900, 100, 200, 190, 400));
    table.add(TrainingTask.CLASSIFIER, 2, Map.of(Side.PARLANCE, ours, Side.LIBTORCH, theirs));
    assertThat(table.toMarkdown().lines().skip(2))
        .containsExactly(
            "| classifier | 2 | 95 (80) | 195 (100) | 0.49 (0.80) | 95 / 195 = 0.49 | 800 / 900 |"
                + " 0.0e+00 |");
  }

  @Test
  void refusesToCompareWhatDoesNotComputeTheSame() {
    Map<Side, List<StepReport>> reports =
        Map.of(
            Side.PARLANCE, List.of(report(0.4, 1, 1)), Side.LIBTORCH, List.of(report(0.41, 1, 1)));
    assertThatThrownBy(() -> table.add(TrainingTask.MASKED_LM, 1, reports))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "masked-lm: the losses of the first step differ by 0.0, of the first 4 by 0.010,"
                + " expected at most 1.0e-05 and 0.00010");
  }
}
