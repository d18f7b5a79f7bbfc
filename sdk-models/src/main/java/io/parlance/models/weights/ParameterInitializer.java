package io.parlance.models.weights;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Draws first values of parameters. Each parameter has a stream of random numbers of its own,
 * chosen by its name, so that a parameter's values do not depend on which others a model has.
 */
public final class ParameterInitializer {

  private final CounterRandom random;

  private ParameterInitializer(CounterRandom random) {
    this.random = random;
  }

  /** An initializer whose draws depend on {@code seed} alone. */
  public static ParameterInitializer of(long seed) {
    return new ParameterInitializer(CounterRandom.of(seed).fork("initialization"));
  }

  /** New FLOAT32 tensors for these parameters, in their order; the caller closes them. */
  public Map<String, Tensor> initialize(Map<String, Graph.Parameter> parameters) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    parameters.forEach((name, parameter) -> tensors.put(name, draw(name, parameter)));
    return tensors;
  }

  private Tensor draw(String name, Graph.Parameter parameter) {
    Tensor tensor = Tensor.allocate(ElementType.FLOAT32, parameter.value().shape().sizes());
    FloatBuffer values = tensor.buffer().asFloatBuffer();
    CounterRandom stream = random.fork(name);
    Initialization initialization = parameter.initialization();
    if (initialization instanceof Initialization.Constant constant) {
      while (values.hasRemaining()) {
        values.put((float) constant.value());
      }
    } else if (initialization instanceof Initialization.Normal normal) {
      stream.fillNormal(values, 0, normal.standardDeviation());
    } else if (initialization instanceof Initialization.TruncatedNormal truncated) {
      stream.fillTruncatedNormal(values, 0, truncated.standardDeviation());
    } else if (initialization instanceof Initialization.Sinusoids) {
      fillSinusoids(values, (int) tensor.shape()[1]);
    } else if (initialization instanceof Initialization.Uniform uniform) {
      stream.fillUniform(values, -uniform.bound(), uniform.bound());
    } else if (initialization instanceof Initialization.PaddedNormal padded) {
      stream.fillNormal(values, 0, padded.standardDeviation());
      FloatBuffer row = tensor.buffer().asFloatBuffer();
      int width = (int) tensor.shape()[1];
      for (int i = 0; i < width; i++) {
        row.put((int) padded.zeroRow() * width + i, 0);
      }
    }
    return tensor;
  }

  private static void fillSinusoids(FloatBuffer values, int columns) {
    for (int row = 0; values.hasRemaining(); row++) {
      for (int column = 0; column < columns; column++) {
        double angle = row / Math.pow(10_000, column / 2 * 2.0 / columns);
        values.put((float) (column % 2 == 0 ? Math.sin(angle) : Math.cos(angle)));
      }
    }
  }
}
