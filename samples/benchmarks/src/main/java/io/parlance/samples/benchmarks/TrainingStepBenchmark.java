package io.parlance.samples.benchmarks;

import com.google.gson.Gson;
import io.parlance.samples.benchmarks.StepProcess.Side;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Compares a training step with libtorch. Each side runs in processes of its own, because two
 * engines in one process disturb each other, and the processes alternate, so that whatever else the
 * machine does meets both. Fails if the sides do not compute the same losses.
 */
@Command(
    name = "training-step",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Time and memory of a training step beside libtorch, as a Markdown table.")
final class TrainingStepBenchmark implements Callable<Integer> {

  @Option(
      names = "--tasks",
      split = ",",
      defaultValue =
          "classifier,classifier-first-token,masked-lm,masked-lm-gathered,causal-lm,gpt2-lm,t5",
      converter = TaskName.class,
      description = "What to train. Default: ${DEFAULT-VALUE}")
  private List<TrainingTask> tasks = List.of();

  @Option(
      names = "--threads",
      split = ",",
      defaultValue = "2,1",
      description = "Threads of both sides, each number in turn. Default: ${DEFAULT-VALUE}")
  private List<Integer> threads = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Processes of each side. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--warmup",
      defaultValue = "4",
      description = "Steps of a process before it measures. Default: ${DEFAULT-VALUE}")
  private int warmup;

  @Option(
      names = "--steps",
      defaultValue = "10",
      description = "Steps that a process measures. Default: ${DEFAULT-VALUE}")
  private int steps;

  @Option(
      names = "--cache",
      defaultValue = "target/djl",
      description = "Where DJL unpacks libtorch. Default: ${DEFAULT-VALUE}")
  private Path cache = Path.of("");

  private static final class TaskName implements CommandLine.ITypeConverter<TrainingTask> {
    @Override
    public TrainingTask convert(String name) {
      for (TrainingTask task : TrainingTask.values()) {
        if (task.toString().equals(name)) {
          return task;
        }
      }
      throw new CommandLine.TypeConversionException(
          "'" + name + "' is no task; tasks are " + List.of(TrainingTask.values()));
    }
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new TrainingStepBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    StepTable table = new StepTable();
    for (int count : threads) {
      for (TrainingTask task : tasks) {
        table.add(task, count, compare(task, count));
      }
    }
    System.out.print(table.toMarkdown());
    return 0;
  }

  private Map<Side, List<StepReport>> compare(TrainingTask task, int count)
      throws IOException, InterruptedException {
    Map<Side, List<StepReport>> reports = new EnumMap<>(Side.class);
    for (int round = 0; round < rounds; round++) {
      for (Side side : Side.values()) {
        StepReport report = run(side, task, count);
        System.err.println(
            "%-22s %-8s threads %d round %d: %s".formatted(task, side, count, round + 1, report));
        reports.computeIfAbsent(side, s -> new ArrayList<>()).add(report);
      }
    }
    return reports;
  }

  private StepReport run(Side side, TrainingTask task, int count)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() > 21) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true",
            "-DDJL_CACHE_DIR=" + cache.toAbsolutePath(),
            "-Dai.djl.pytorch.num_threads=" + count,
            "-Dai.djl.pytorch.num_interop_threads=1",
            "-cp",
            System.getProperty("java.class.path"),
            StepProcess.class.getName(),
            side.name(),
            task.name(),
            String.valueOf(count),
            String.valueOf(warmup),
            String.valueOf(steps)));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("OMP_NUM_THREADS", String.valueOf(count));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException(side + " " + task + " ended with status " + status + ": " + output);
    }
    String last = output.strip().lines().reduce("", (first, second) -> second);
    return new Gson().fromJson(last, StepReport.class);
  }
}
