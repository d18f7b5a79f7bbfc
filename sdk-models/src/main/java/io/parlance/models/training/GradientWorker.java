package io.parlance.models.training;

import io.parlance.models.graph.Graph;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one thread needs to compute gradients beside others: gradients and masks of its own. */
final class GradientWorker implements AutoCloseable {

  /** The input that multiplies every gradient. */
  static final String WEIGHT = "loss_weight";

  /** Prefix of the outputs that hold gradients. */
  static final String GRADIENT = "gradient/";

  /** Prefix of the inputs that hold the gradients collected so far. */
  static final String BEFORE = "gradient_before/";

  private final Graph graph;
  private final Map<String, Tensor> parameters;
  private final Map<String, Tensor> gradients = new LinkedHashMap<>();
  private final Map<String, Tensor> pinned = new LinkedHashMap<>();
  private final Map<String, Tensor> fixed = new LinkedHashMap<>();
  private final Tensor weight;
  private final DropoutMasks masks;

  /**
   * A worker with gradients of zero.
   *
   * @param needed the inputs that a run takes
   */
  GradientWorker(
      Graph graph,
      Map<String, Tensor> parameters,
      Collection<String> trained,
      Collection<String> needed) {
    this.graph = graph;
    this.parameters = parameters;
    this.weight = Tensor.allocate(graph.floatType());
    this.masks = new DropoutMasks(graph, needed);
    parameters.forEach(
        (name, tensor) -> {
          if (needed.contains(name)) {
            fixed.put(name, tensor);
          }
        });
    fixed.put(WEIGHT, weight);
    for (String name : trained) {
      Tensor like = parameters.get(name);
      if (like == null) {
        throw new IllegalArgumentException("there is no parameter " + name);
      }
      Tensor gradient = Tensor.allocate(like.type(), like.shape());
      gradients.put(name, gradient);
      pinned.put(GRADIENT + name, gradient);
      // Input and output at once is safe here: nothing but the sum reads it.
      fixed.put(BEFORE + name, gradient);
    }
  }

  Map<String, Tensor> gradients() {
    return gradients;
  }

  void clear() {
    GradientSums.clear(gradients.values());
  }

  /** Adds the weighted gradients of a batch to those of this worker. */
  Outputs run(
      Session session,
      Map<String, Tensor> batch,
      double lossWeight,
      Collection<String> wanted,
      CounterRandom random) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(batch);
    inputs
        .keySet()
        .removeIf(name -> !session.inputs().containsKey(name) && graph.inputs().containsKey(name));
    for (String name : batch.keySet()) {
      if (parameters.containsKey(name)) {
        throw new IllegalArgumentException(name + " is a parameter, not part of a batch");
      }
    }
    inputs.putAll(masks.fill(batch, random));
    inputs.putAll(fixed);
    if (weight.type() == ElementType.FLOAT64) {
      weight.buffer().putDouble(0, lossWeight);
    } else {
      weight.buffer().putFloat(0, (float) lossWeight);
    }
    return session.run(inputs, wanted, pinned, null);
  }

  @Override
  public void close() {
    masks.close();
    weight.close();
    gradients.values().forEach(Tensor::close);
  }
}
