package io.parlance.samples.benchmarks;

import java.util.Arrays;

/**
 * What one process measured.
 *
 * @param losses of all steps from the first one on
 * @param wallMillis of the measured steps
 * @param cpuMillis processor time that the whole process took in each measured step
 * @param peakMegabytes the largest resident memory of the process, in 10^6 bytes
 */
record StepReport(double[] losses, double[] wallMillis, double[] cpuMillis, double peakMegabytes) {

  @Override
  public String toString() {
    return "median %.0f ms, least %.0f ms, processor %.0f ms, peak %.0f MB, losses %.6f ... %.6f"
        .formatted(
            median(wallMillis),
            least(wallMillis),
            median(cpuMillis),
            peakMegabytes,
            losses[0],
            losses[losses.length - 1]);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static double least(double[] values) {
    return Arrays.stream(values).min().orElseThrow();
  }
}
