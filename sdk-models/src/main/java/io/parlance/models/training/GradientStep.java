package io.parlance.models.training;

import io.parlance.models.autodiff.Gradients;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The forward and backward pass of a training graph: one run of ONNX Runtime from a batch and the
 * live parameters to the loss and the gradients. Gradients stay in native tensors, where each run
 * overwrites them or adds to them (gradient accumulation).
 *
 * <p>Owns its sessions and gradients, not the parameters. Not thread-safe.
 */
public final class GradientStep implements AutoCloseable {

  /** The output that holds the loss. */
  public static final String LOSS = "loss";

  private static final String WEIGHT = "loss_weight";
  private static final String OUTPUT = "gradient/";
  private static final String BEFORE = "gradient_before/";

  private final Graph graph;
  private final Map<String, Value> reported;
  private final Map<String, Value> derivatives;
  private final Map<String, Tensor> parameters;
  private final Map<String, Tensor> gradients;
  private final SessionOptions options;
  private final Session overwriting;
  private final DropoutMasks masks;
  private final Tensor weight;
  private @Nullable Session accumulating;

  private GradientStep(
      Graph graph,
      Map<String, Value> reported,
      Map<String, Value> derivatives,
      Map<String, Tensor> parameters,
      SessionOptions options) {
    this.graph = graph;
    this.reported = reported;
    this.derivatives = derivatives;
    this.parameters = parameters;
    this.options = options;
    this.overwriting = session("gradients of ", derivatives);
    this.masks = new DropoutMasks(graph, overwriting.inputs().keySet());
    this.weight = Tensor.allocate(graph.floatType());
    this.gradients = new LinkedHashMap<>();
    derivatives.forEach(
        (name, gradient) ->
            gradients.put(name, Tensor.allocate(gradient.type(), gradient.shape().sizes())));
  }

  /** As {@link #of(Graph, Map, Map, Collection, SessionOptions)}, training every parameter. */
  public static GradientStep of(
      Graph graph, Map<String, Value> outputs, Map<String, Tensor> parameters) {
    return of(graph, outputs, parameters, graph.parameters().keySet(), options());
  }

  /**
   * Differentiates a graph and prepares it.
   *
   * @param graph a training graph; the gradients are appended to it
   * @param outputs what is computed, by name: {@value #LOSS}, and what is reported beside it
   * @param parameters the live parameters by name, for every parameter of the graph; never copied,
   *     never closed
   * @param trained the names of the parameters that get gradients; all others are frozen
   * @param options how the graph runs, best made from {@link #options()}
   * @throws IllegalArgumentException if there is no loss, a parameter is missing, or the loss
   *     cannot be differentiated
   */
  public static GradientStep of(
      Graph graph,
      Map<String, Value> outputs,
      Map<String, Tensor> parameters,
      Collection<String> trained,
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
              if (trained.contains(name)) {
                names.put(parameter.value(), name);
              }
            });
    Value weight = graph.input(WEIGHT, loss.type(), Shape.SCALAR);
    Map<String, Value> derivatives = new LinkedHashMap<>();
    Gradients.of(loss, weight, names.keySet())
        .forEach((value, gradient) -> derivatives.put(names.get(value), gradient));
    return new GradientStep(graph, new LinkedHashMap<>(outputs), derivatives, needed, options);
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

  private Session session(String what, Map<String, Value> gradientValues) {
    Map<String, Value> outputs = new LinkedHashMap<>(reported);
    gradientValues.forEach((name, value) -> outputs.put(OUTPUT + name, value));
    return Session.load(
        OnnxWriter.of(graph).outputs(outputs).toBuffer(), what + graph.name(), options);
  }

  /** The session that adds to the gradients, made when it is first needed. */
  private Session accumulating() {
    if (accumulating == null) {
      Map<String, Value> sums = new LinkedHashMap<>();
      derivatives.forEach(
          (name, gradient) -> {
            Value before = graph.input(BEFORE + name, gradient.type(), gradient.shape());
            sums.put(name, sum(before, gradient));
          });
      accumulating = session("accumulated gradients of ", sums);
    }
    return accumulating;
  }

  /** {@code before + gradient}, as the third term of a product where the gradient is one. */
  private static Value sum(Value before, Value gradient) {
    Node producer = gradient.producer();
    if (producer != null && producer.operator().equals("Gemm") && !producer.hasInput(2)) {
      return gradient
          .graph()
          .append(
              "Gemm", List.of(producer.input(0), producer.input(1), before), producer.attributes())
          .output();
    }
    return Operators.add(before, gradient);
  }

  /**
   * Computes loss and gradients of one batch.
   *
   * @param batch the inputs of the graph by name; what the chosen outputs do not need is left aside
   * @param lossWeight a factor of the gradients (not of the reported loss): 1, or the share of this
   *     part of a batch that is computed in several
   * @param accumulate whether the gradients are added to those of the runs before, or replace them
   * @param random the generator of this step, from which dropout masks are drawn
   * @return the loss and the other outputs; to be closed
   */
  public Outputs run(
      Map<String, Tensor> batch, double lossWeight, boolean accumulate, CounterRandom random) {
    Session session = accumulate ? accumulating() : overwriting;
    Map<String, Tensor> inputs = new LinkedHashMap<>(batch);
    inputs.putAll(masks.fill(batch, random));
    inputs.putAll(parameters);
    inputs.put(WEIGHT, weight);
    setWeight(lossWeight);
    Map<String, Tensor> pinned = new LinkedHashMap<>();
    gradients.forEach(
        (name, tensor) -> {
          pinned.put(OUTPUT + name, tensor);
          // Safe although input and output: nothing but the sum reads it.
          inputs.put(BEFORE + name, tensor);
        });
    inputs.keySet().removeIf(name -> !session.inputs().containsKey(name) && isOurs(name));
    return session.run(inputs, reported.keySet(), pinned, null);
  }

  private boolean isOurs(String name) {
    return graph.inputs().containsKey(name)
        || parameters.containsKey(name)
        || name.startsWith(BEFORE);
  }

  private void setWeight(double lossWeight) {
    if (weight.type() == ElementType.FLOAT64) {
      weight.buffer().putDouble(0, lossWeight);
    } else {
      weight.buffer().putFloat(0, (float) lossWeight);
    }
  }

  /**
   * The gradients of the last run by parameter name: live tensors, owned by this object. Parameters
   * on which the loss does not depend have none.
   */
  public Map<String, Tensor> gradients() {
    return Collections.unmodifiableMap(gradients);
  }

  @Override
  public void close() {
    overwriting.close();
    if (accumulating != null) {
      accumulating.close();
    }
    masks.close();
    weight.close();
    gradients.values().forEach(Tensor::close);
  }
}
