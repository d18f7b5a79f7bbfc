package io.parlance.samples.benchmarks;

import com.google.gson.Gson;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * One side of the comparison in a process of its own; started by {@link TrainingStepBenchmark}. Its
 * last line on standard output is a {@link StepReport} as JSON.
 */
final class StepProcess {

  /** Whose training steps. */
  enum Side {
    PARLANCE,
    LIBTORCH
  }

  private static final double NANOS_PER_MILLI = 1e6;

  /** So few that the losses of the first steps show what the updates did. */
  private static final int BATCHES = 2;

  private StepProcess() {}

  /** Arguments: side, task, threads, number of steps before measuring, number of measured steps. */
  public static void main(String[] arguments) throws IOException {
    Side side = Side.valueOf(arguments[0]);
    Workload workload = new Workload(TrainingTask.valueOf(arguments[1]));
    int threads = Integer.parseInt(arguments[2]);
    int warmup = Integer.parseInt(arguments[3]);
    int measured = Integer.parseInt(arguments[4]);
    try (TrainingSteps steps =
        side == Side.LIBTORCH
            ? new LibtorchSteps(workload)
            : new ParlanceSteps(workload, threads)) {
      System.out.println(new Gson().toJson(measure(steps, workload, warmup, measured)));
    }
  }

  private static StepReport measure(
      TrainingSteps steps, Workload workload, int warmup, int measured) throws IOException {
    double[] losses = new double[warmup + measured];
    double[] wall = new double[measured];
    double[] cpu = new double[measured];
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    for (int i = 0; i < losses.length; i++) {
      Workload.Batch batch = workload.batch(i % BATCHES);
      long cpuBefore = system.getProcessCpuTime();
      long before = System.nanoTime();
      losses[i] = steps.step(batch);
      if (i >= warmup) {
        wall[i - warmup] = (System.nanoTime() - before) / NANOS_PER_MILLI;
        cpu[i - warmup] = (system.getProcessCpuTime() - cpuBefore) / NANOS_PER_MILLI;
      }
    }
    return new StepReport(losses, wall, cpu, ProcessMemory.peakMegabytes());
  }
}
