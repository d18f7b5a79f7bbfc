package io.parlance.models.training;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.div;
import static io.parlance.models.graph.Operators.min;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reduceSumSquare;
import static io.parlance.models.graph.Operators.sqrt;
import static io.parlance.models.graph.Operators.sub;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The update of all parameters by {@link AdamW}: one run of ONNX Runtime that changes parameters
 * and optimizer state in place, in native memory.
 *
 * <p>Owns its session and its state, not the parameters and gradients. Not thread-safe.
 */
public final class OptimizerStep implements AutoCloseable {

  private static final String NORM = "gradient_norm";
  private static final String EPSILON = "epsilon";
  private static final String RATE = "rate/";
  private static final String DECAY = "decay/";
  private static final String GRADIENT = "gradient/";
  private static final String MEAN = "mean/";
  private static final String SQUARE = "square/";
  private static final String AFTER = "after/";

  private final AdamW options;
  private final Graph graph = Graph.training("optimizer");
  private final List<ParameterGroup> groups = new ArrayList<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> pinned = new LinkedHashMap<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private final Map<String, Tensor> scalars = new LinkedHashMap<>();
  private final Session session;

  /**
   * Prepares the update; the state begins with zeros.
   *
   * @param options the rule
   * @param parameters the live parameters by name, FLOAT32
   * @param gradients the live gradients by name; parameters without one are not updated
   * @param group the group of a parameter by its name
   * @throws IllegalArgumentException if a gradient has no parameter, or there are none
   */
  public OptimizerStep(
      AdamW options,
      Map<String, Tensor> parameters,
      Map<String, Tensor> gradients,
      Function<String, ParameterGroup> group) {
    this.options = options;
    if (gradients.isEmpty()) {
      throw new IllegalArgumentException("there is nothing to optimize: no parameter is trained");
    }
    Map<String, Value> derivatives = new LinkedHashMap<>();
    gradients.forEach(
        (name, gradient) -> derivatives.put(name, declare(GRADIENT + name, gradient)));
    Value norm = norm(derivatives.values());
    outputs.put(NORM, norm);
    Value clip = clip(norm);
    derivatives.forEach(
        (name, gradient) -> {
          Tensor parameter = parameters.get(name);
          if (parameter == null) {
            throw new IllegalArgumentException("there is a gradient, but no parameter " + name);
          }
          update(name, parameter, clip == null ? gradient : mul(gradient, clip), group.apply(name));
        });
    this.session =
        Session.load(
            OnnxWriter.of(graph).outputs(outputs).toBuffer(), "optimizer", GradientStep.options());
  }

  private Value declare(String name, Tensor tensor) {
    inputs.put(name, tensor);
    return graph.input(name, tensor.type(), Shape.fixed(tensor.shape()));
  }

  private Value declareState(String name, Tensor like) {
    Tensor zeros = Tensor.allocate(like.type(), like.shape());
    state.put(name, zeros);
    return declare(name, zeros);
  }

  /** A number that changes from step to step. */
  private Value scalar(String name) {
    Value known = graph.inputs().get(name);
    if (known != null) {
      return known;
    }
    Tensor tensor = Tensor.allocate(ElementType.FLOAT32);
    scalars.put(name, tensor);
    return declare(name, tensor);
  }

  private void replace(String name, Value updated) {
    outputs.put(AFTER + name, updated);
    pinned.put(AFTER + name, Objects.requireNonNull(inputs.get(name)));
  }

  private Value norm(Collection<Value> gradients) {
    List<@Nullable Value> squares = new ArrayList<>();
    gradients.forEach(gradient -> squares.add(reduceSumSquare(gradient, false)));
    return sqrt(graph.append("Sum", squares, Map.of()).output());
  }

  /** The common factor of all gradients; null if they stay as they are. */
  private @Nullable Value clip(Value norm) {
    if (options.maximumGradientNorm() == Double.POSITIVE_INFINITY) {
      return null;
    }
    // 1e-6 as in PyTorch's clip_grad_norm_
    Value factor = div(graph.scalar(options.maximumGradientNorm()), add(norm, 1e-6));
    return min(factor, graph.scalar(1));
  }

  /**
   * The rule, with the fewest passes over the tensors. The state holds sums of decayed gradients
   * and squares instead of means: their constant factors (1 - beta) are in the rates. Each value is
   * read by one node before it is overwritten, so the update in place is safe.
   */
  private void update(String name, Tensor parameter, Value gradient, ParameterGroup group) {
    int index = groups.indexOf(group);
    if (index < 0) {
      index = groups.size();
      groups.add(group);
    }
    Value p = declare(name, parameter);
    Value mean = add(mul(declareState(MEAN + name, parameter), options.beta1()), gradient);
    Value square =
        add(mul(declareState(SQUARE + name, parameter), options.beta2()), mul(gradient, gradient));
    Value direction = div(mean, add(sqrt(square), scalar(EPSILON)));
    Value kept = group.weightDecay() == 0 ? p : mul(p, scalar(DECAY + index));
    replace(name, sub(kept, mul(direction, scalar(RATE + index))));
    replace(MEAN + name, mean);
    replace(SQUARE + name, square);
  }

  /**
   * Updates the parameters by the gradients as they are now.
   *
   * @param learningRate the learning rate of this step, times each group's factor
   * @param step the number of this update, from 1; corrects the bias of the first steps
   * @return the L2 norm of all gradients before clipping
   */
  public double apply(double learningRate, long step) {
    if (step < 1) {
      throw new IllegalArgumentException("steps are counted from 1, not " + step);
    }
    // mean / (1 - beta1^t) over sqrt(square / (1 - beta2^t)) + epsilon, for sums instead of means
    double meanFactor = (1 - options.beta1()) / (1 - Math.pow(options.beta1(), step));
    double rootFactor = Math.sqrt((1 - options.beta2()) / (1 - Math.pow(options.beta2(), step)));
    set(EPSILON, options.epsilon() / rootFactor);
    for (int i = 0; i < groups.size(); i++) {
      ParameterGroup group = groups.get(i);
      double rate = learningRate * group.learningRateFactor();
      set(RATE + i, rate * meanFactor / rootFactor);
      set(DECAY + i, 1 - rate * group.weightDecay());
    }
    try (Outputs results = session.run(inputs, List.of(NORM), pinned, null)) {
      return results.get(NORM).floatAt(0);
    }
  }

  private void set(String name, double value) {
    Tensor tensor = scalars.get(name);
    if (tensor != null) {
      tensor.buffer().putFloat(0, (float) value);
    }
  }

  /**
   * What has to be kept, beside the parameters and the step number, to go on later: live tensors by
   * name, owned by this object. Filling them restores it.
   */
  public Map<String, Tensor> state() {
    return Collections.unmodifiableMap(state);
  }

  @Override
  public void close() {
    session.close();
    state.values().forEach(Tensor::close);
    scalars.values().forEach(Tensor::close);
  }
}
