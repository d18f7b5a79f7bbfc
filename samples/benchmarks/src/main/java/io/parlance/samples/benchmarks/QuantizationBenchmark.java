package io.parlance.samples.benchmarks;

import io.parlance.Execution;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.BertConfig;
import io.parlance.models.architecture.Gpt2Config;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.export.ModelExporter;
import io.parlance.models.files.AtomicFolder;
import io.parlance.models.quantization.Quantization;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import io.parlance.runtime.TensorDescription;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Graphs of 8 and 4 bits beside the float32 graph that they were made of, on one thread. Counts the
 * thread's processor time, so that other programs disturb little; the graphs take turns.
 */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Time and size of quantized graphs beside float32, as a Markdown table.")
final class QuantizationBenchmark implements Callable<Integer> {

  private static final int HEAD_WIDTH = 64;
  private static final int PAST = 128;

  @Option(
      names = "--encoder",
      defaultValue = "6x384",
      description = "Layers and width of a BERT with random weights. Default: ${DEFAULT-VALUE}")
  private String encoder = "";

  @Option(
      names = "--rounds",
      defaultValue = "15",
      description = "Turns of each graph. Default: ${DEFAULT-VALUE}")
  private int rounds;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new QuantizationBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    System.out.println("| graph | work | weights | size, MB | ms, median (best) | faster |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    String[] sizes = encoder.split("x");
    int width = Integer.parseInt(sizes[1]);
    PretrainedModel bert =
        BertConfig.base()
            .with(s -> s.sizes(Integer.parseInt(sizes[0]), width, width / HEAD_WIDTH, 4L * width))
            .model(Head.SEQUENCE_CLASSIFICATION);
    compare("BERT " + encoder, bert, new int[][] {{8, 128, 0}, {1, 16, 0}});
    PretrainedModel gpt = Gpt2Config.small().model(Head.CAUSAL_LM);
    compare("GPT-2 small", gpt, new int[][] {{1, 1, PAST}, {1, 64, 0}});
    return 0;
  }

  private void compare(String name, PretrainedModel model, int[][] shapes) throws Exception {
    Path folder = Files.createTempDirectory("parlance-benchmark");
    try (TrainableModel weights = TrainableModel.initialize(model, 1)) {
      Path exported = folder.resolve("model");
      ModelExporter.of(model, weights.parameters()).write(exported);
      Path full = exported.resolve("model.onnx");
      Path eight = folder.resolve("model_quantized.onnx");
      Path four = folder.resolve("model_q4.onnx");
      Quantization.INT8.quantize(full, eight);
      Quantization.INT4.quantize(full, four);
      Map<String, Path> graphs = new LinkedHashMap<>();
      graphs.put("float32", full);
      graphs.put("8 bits", eight);
      graphs.put("4 bits", four);
      for (int[] shape : shapes) {
        print(name, shape, graphs, measure(graphs, shape));
      }
    } finally {
      AtomicFolder.delete(folder);
    }
  }

  private Map<String, long[]> measure(Map<String, Path> graphs, int[] shape) {
    SessionOptions options =
        SessionOptions.defaults()
            .withExecution(Execution.cpu().threads(1))
            .withMemoryPattern(false);
    Map<String, Session> sessions = new LinkedHashMap<>();
    Map<String, long[]> nanos = new LinkedHashMap<>();
    try {
      graphs.forEach(
          (name, graph) -> {
            sessions.put(name, Session.load(graph, options));
            nanos.put(name, new long[rounds]);
          });
      for (int round = -2; round < rounds; round++) {
        for (Map.Entry<String, Session> session : sessions.entrySet()) {
          long time = time(session.getValue(), shape);
          if (round >= 0) {
            Objects.requireNonNull(nanos.get(session.getKey()))[round] = time;
          }
        }
      }
    } finally {
      sessions.values().forEach(Session::close);
    }
    nanos.values().forEach(Arrays::sort);
    return nanos;
  }

  private static long time(Session session, int[] shape) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    try {
      session.inputs().forEach((name, input) -> inputs.put(name, input(name, input, shape)));
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      try (Outputs outputs = session.run(inputs)) {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
      }
    } finally {
      inputs.values().forEach(Tensor::close);
    }
  }

  /** Ones; earlier tokens are zeros. */
  private static Tensor input(String name, TensorDescription input, int[] shape) {
    if (input.type() == ElementType.FLOAT32) {
      List<Long> sizes = input.dimensions();
      return Tensor.allocate(ElementType.FLOAT32, shape[0], sizes.get(1), shape[2], sizes.get(3));
    }
    int length = name.equals("attention_mask") ? shape[1] + shape[2] : shape[1];
    long[] ones = new long[shape[0] * length];
    Arrays.fill(ones, 1);
    return Tensor.of(ones, shape[0], length);
  }

  private static void print(
      String name, int[] shape, Map<String, Path> graphs, Map<String, long[]> nanos)
      throws IOException {
    long[] full = nanos.values().iterator().next();
    for (Map.Entry<String, long[]> graph : nanos.entrySet()) {
      long[] times = graph.getValue();
      int middle = times.length / 2;
      System.out.printf(
          "| %s | %s | %s | %.1f | %.2f (%.2f) | %.2f (%.2f) |%n",
          name,
          shape[2] > 0 ? "a token after " + shape[2] : shape[0] + " x " + shape[1] + " tokens",
          graph.getKey(),
          Files.size(Objects.requireNonNull(graphs.get(graph.getKey()))) / 1e6,
          times[middle] / 1e6,
          times[0] / 1e6,
          (double) full[middle] / times[middle],
          (double) full[0] / times[0]);
    }
  }
}
