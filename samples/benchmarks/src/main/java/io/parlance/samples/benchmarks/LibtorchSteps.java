package io.parlance.samples.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.LinkedHashMap;
import java.util.Map;

/** Training on libtorch through DJL: eager operators, its autograd, its native AdamW update. */
final class LibtorchSteps implements TrainingSteps {

  private static final String ENGINE = "PyTorch";
  private static final float NO_CLIPPING = -1;

  private final Engine engine;
  private final NDManager manager;
  private final Map<String, NDArray> parameters = new LinkedHashMap<>();
  private final Map<String, NDArray> firstMoments = new LinkedHashMap<>();
  private final Map<String, NDArray> secondMoments = new LinkedHashMap<>();
  private final LibtorchModel model;
  private int updates;

  /** A model with the workload's first weights. */
  LibtorchSteps(Workload workload) {
    engine = Engine.getEngine(ENGINE);
    manager = engine.newBaseManager();
    workload.parameterShapes().forEach(this::addParameter);
    LibtorchLayers layers = new LibtorchLayers(parameters);
    model =
        switch (workload.task()) {
          case GPT2_LM -> new LibtorchGpt2(layers);
          case T5 -> new LibtorchT5(layers);
          default -> new LibtorchBert(workload.task(), layers);
        };
  }

  private void addParameter(String name, long[] sizes) {
    Shape shape = new Shape(sizes);
    parameters.put(
        name, manager.create(Workload.initialValues(name, sizes), shape, DataType.FLOAT32));
    firstMoments.put(name, manager.zeros(shape));
    secondMoments.put(name, manager.zeros(shape));
  }

  @Override
  public float step(Workload.Batch batch) {
    parameters.replaceAll((name, parameter) -> withoutGradient(parameter));
    float loss;
    try (NDManager step = manager.newSubManager();
        GradientCollector gradients = engine.newGradientCollector()) {
      NDArray mean = model.loss(step, batch);
      gradients.backward(mean);
      loss = mean.getFloat();
    }
    updates++;
    parameters.forEach(this::update);
    return loss;
  }

  /**
   * The same memory as a new leaf without a gradient: PyTorch's {@code
   * zero_grad(set_to_none=True)}, which saves writing zeros and adding to them.
   */
  private static NDArray withoutGradient(NDArray parameter) {
    NDArray leaf = parameter.stopGradient();
    leaf.setRequiresGradient(true);
    parameter.close();
    return leaf;
  }

  /**
   * DJL divides by the uncorrected root plus epsilon and has the correction in the rate; with the
   * correction in epsilon too this is AdamW as PyTorch defines it.
   */
  private void update(String name, NDArray parameter) {
    double correction = Math.sqrt(1 - Math.pow(Workload.BETA2, updates));
    double rate = Workload.LEARNING_RATE * correction / (1 - Math.pow(Workload.BETA1, updates));
    try (NDArray gradient = parameter.getGradient()) {
      parameter
          .getNDArrayInternal()
          .adamUpdate(
              new NDList(parameter, gradient, firstMoments.get(name), secondMoments.get(name)),
              new NDList(parameter),
              Workload.LEARNING_RATE,
              (float) rate,
              Workload.weightDecay(name),
              1,
              NO_CLIPPING,
              Workload.BETA1,
              Workload.BETA2,
              (float) (Workload.EPSILON * correction),
              false,
              true);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
