package io.parlance.models.training;

import io.parlance.Execution;
import io.parlance.models.autodiff.Gradients;
import io.parlance.models.autodiff.Gradients.Activations;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The forward and backward pass of a training graph: one run of ONNX Runtime from a batch and the
 * live parameters to the loss and the gradients, which stay in native memory.
 *
 * <p>A batch is fastest in parts of about {@value #PART_TOKENS} tokens ({@link #run(List,
 * CounterRandom)}): the activations of a part stay in the processor's cache, and the threads work
 * on different parts instead of waiting for each other at each of many hundred operators. Measured
 * for 4 layers of 256 with 32 x 128 tokens: a tenth less processor time in parts of 8 x 128, and
 * half the memory.
 *
 * <p>The result depends on the parts and on the number of threads, in the last bits, and on nothing
 * else. Owns its sessions and gradients, not the parameters. Not thread-safe.
 */
public final class GradientStep implements AutoCloseable {

  /** The output that holds the loss. */
  public static final String LOSS = "loss";

  /** The number of tokens, padding included, at which a part of a batch is fast. */
  public static final int PART_TOKENS = 1024;

  /** More threads than this share the work on each part, rather than have parts of their own. */
  private static final int MAXIMUM_WORKERS = 4;

  /**
   * A part of a batch.
   *
   * @param inputs the inputs of the graph by name; what the outputs do not need is left aside
   * @param weight a factor of the gradients: the share of the batch that the part is, by what the
   *     loss is averaged over
   */
  public record Part(Map<String, Tensor> inputs, double weight) {
    public Part {
      inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    }

    private long size() {
      return inputs.values().stream().mapToLong(Tensor::elementCount).max().orElse(0);
    }
  }

  private final Graph graph;
  private final byte[] model;
  private final Map<String, Tensor> parameters;
  private final List<String> trained;
  private final List<String> reported;
  private final SessionOptions options;
  private final Workers threads;
  private final List<GradientWorker> workers = new ArrayList<>();
  private @Nullable Session whole;
  private @Nullable Session shared;
  private @Nullable Session sums;

  private GradientStep(
      Graph graph,
      Map<String, Value> outputs,
      Collection<String> trained,
      Map<String, Tensor> parameters,
      SessionOptions options) {
    this.graph = graph;
    this.parameters = parameters;
    this.trained = List.copyOf(trained);
    this.reported =
        outputs.keySet().stream().filter(n -> !n.startsWith(GradientWorker.GRADIENT)).toList();
    this.options = options;
    boolean cpu = options.execution().device() == Execution.Device.CPU;
    this.threads = new Workers(cpu ? Math.min(options.threads(), MAXIMUM_WORKERS) : 1);
    this.model = OnnxWriter.of(graph).outputs(outputs).toBytes();
    workers.add(worker());
  }

  /**
   * As {@link #of(Graph, Map, Map, Collection, Activations, SessionOptions)}, training every
   * parameter.
   */
  public static GradientStep of(
      Graph graph, Map<String, Value> outputs, Map<String, Tensor> parameters) {
    return of(graph, outputs, parameters, graph.parameters().keySet(), Activations.KEPT, options());
  }

  /**
   * Differentiates a graph and prepares it.
   *
   * @param graph a training graph; the gradients are appended to it
   * @param outputs what is computed, by name: {@value #LOSS}, and what is reported beside it
   * @param parameters the live parameters by name, for every parameter of the graph; never copied,
   *     never closed
   * @param trained the names of the parameters that get gradients; all others are frozen, and so
   *     are buffers
   * @param activations whether the backward pass finds in memory what layers computed
   * @param options how the graph runs, best made from {@link #options()}
   * @throws IllegalArgumentException if there is no loss, a parameter is missing, or the loss
   *     cannot be differentiated
   */
  public static GradientStep of(
      Graph graph,
      Map<String, Value> outputs,
      Map<String, Tensor> parameters,
      Collection<String> trained,
      Activations activations,
      SessionOptions options) {
    Value loss = outputs.get(LOSS);
    if (loss == null) {
      throw new IllegalArgumentException(
          "training needs an output " + LOSS + "; " + graph + " has " + outputs.keySet());
    }
    Map<String, Tensor> needed = new LinkedHashMap<>();
    for (String name : graph.parameters().keySet()) {
      Tensor tensor = parameters.get(name);
      if (tensor == null) {
        throw new IllegalArgumentException("parameter " + name + " of " + graph + " has no tensor");
      }
      needed.put(name, tensor);
    }
    Map<Value, String> names = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.trained() && trained.contains(name)) {
                names.put(parameter.value(), name);
              }
            });
    Value weight = graph.input(GradientWorker.WEIGHT, loss.type(), Shape.SCALAR);
    Map<String, Value> computed = new LinkedHashMap<>(outputs);
    List<String> differentiated = new ArrayList<>();
    Gradients.of(loss, weight, names.keySet(), activations)
        .forEach(
            (value, gradient) -> {
              String name = names.get(value);
              Value before =
                  graph.input(GradientWorker.BEFORE + name, gradient.type(), value.shape());
              computed.put(GradientWorker.GRADIENT + name, GradientSums.add(before, gradient));
              differentiated.add(name);
            });
    return new GradientStep(graph, computed, differentiated, needed, options);
  }

  /**
   * The CPU with the settings that measured best for training: basic optimization, no memory
   * pattern, arena on, reproducible kernels.
   */
  public static SessionOptions options() {
    return SessionOptions.defaults()
        .withOptimization(SessionOptions.Optimization.BASIC)
        .withDeterministic(true);
  }

  private GradientWorker worker() {
    return new GradientWorker(graph, parameters, trained, wholeSession().inputs().keySet());
  }

  /** All threads on one batch. */
  private Session wholeSession() {
    if (whole == null) {
      whole = Session.load(model, "gradients of " + graph.name(), options);
    }
    return whole;
  }

  /** For several workers at once, each with its share of the threads. */
  private Session sharedSession() {
    if (shared == null) {
      Execution each =
          options.execution().threads(Math.max(1, options.threads() / threads.count()));
      shared = Session.load(model, "gradients of " + graph.name(), options.withExecution(each));
    }
    return shared;
  }

  /**
   * Computes loss and gradients of one batch.
   *
   * @param batch the inputs of the graph by name; what the outputs do not need is left aside
   * @param lossWeight a factor of the gradients (not of the reported loss): 1, or the share of this
   *     part of a batch that is computed in several
   * @param accumulate whether the gradients are added to those of the runs before, or replace them
   * @param random the generator of this step, from which dropout masks are drawn
   * @return the loss and the other outputs; to be closed
   */
  public Outputs run(
      Map<String, Tensor> batch, double lossWeight, boolean accumulate, CounterRandom random) {
    GradientWorker worker = workers.get(0);
    if (!accumulate) {
      worker.clear();
    }
    return worker.run(wholeSession(), batch, lossWeight, reported, random);
  }

  /** How many parts of a batch are computed at once. */
  public int workers() {
    return threads.count();
  }

  /**
   * Computes loss and gradients of a batch from its parts, several at a time. The gradients replace
   * those of the runs before.
   *
   * @param parts the parts; their weights usually have the sum 1
   * @param random the generator of this step; each part has a fork of its own
   * @return the weighted sum of the parts' losses
   */
  public double run(List<Part> parts, CounterRandom random) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a batch has at least one part");
    }
    List<List<Integer>> shares = shares(parts);
    while (workers.size() < shares.size()) {
      workers.add(worker());
    }
    Session session = shares.size() == 1 ? wholeSession() : sharedSession();
    double[] losses = new double[parts.size()];
    List<Runnable> tasks = new ArrayList<>();
    for (int i = 0; i < shares.size(); i++) {
      GradientWorker worker = workers.get(i);
      List<Integer> share = shares.get(i);
      tasks.add(() -> work(worker, session, parts, share, losses, random));
    }
    threads.run(tasks);
    for (int i = 1; i < shares.size(); i++) {
      if (sums == null) {
        sums = GradientSums.session(gradients(), options);
      }
      GradientSums.addAll(sums, gradients(), workers.get(i).gradients());
    }
    double loss = 0;
    for (int i = 0; i < losses.length; i++) {
      loss += parts.get(i).weight() * losses[i];
    }
    return loss;
  }

  /** The numbers of the parts for each worker: the largest first, each to the least busy. */
  private List<List<Integer>> shares(List<Part> parts) {
    int count = Math.min(threads.count(), parts.size());
    List<List<Integer>> shares = new ArrayList<>();
    IntStream.range(0, count).forEach(i -> shares.add(new ArrayList<>()));
    long[] load = new long[count];
    IntStream.range(0, parts.size())
        .boxed()
        .sorted(Comparator.comparing((Integer i) -> -parts.get(i).size()))
        .forEach(
            part -> {
              int least = 0;
              for (int i = 1; i < count; i++) {
                least = load[i] < load[least] ? i : least;
              }
              load[least] += parts.get(part).size();
              shares.get(least).add(part);
            });
    return shares;
  }

  private static void work(
      GradientWorker worker,
      Session session,
      List<Part> parts,
      List<Integer> share,
      double[] losses,
      CounterRandom random) {
    worker.clear();
    for (int i : share) {
      Part part = parts.get(i);
      try (Outputs outputs =
          worker.run(session, part.inputs(), part.weight(), List.of(LOSS), random.fork(i))) {
        losses[i] = outputs.get(LOSS).toDoubleArray()[0];
      }
    }
  }

  /**
   * The gradients of the last run by parameter name: live tensors, owned by this object. Parameters
   * on which the loss does not depend have none.
   */
  public Map<String, Tensor> gradients() {
    return Collections.unmodifiableMap(workers.get(0).gradients());
  }

  @Override
  public void close() {
    threads.close();
    for (Session session : new Session[] {whole, shared, sums}) {
      if (session != null) {
        session.close();
      }
    }
    workers.forEach(GradientWorker::close);
  }
}
