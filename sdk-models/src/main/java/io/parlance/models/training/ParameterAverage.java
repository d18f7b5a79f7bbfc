package io.parlance.models.training;

import io.parlance.runtime.Tensor;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The exponential moving average of the parameters over the updates (Polyak and Juditsky 1992, as
 * TensorFlow's {@code ExponentialMovingAverage} does it). It is smoother than the parameters
 * themselves and mostly generalizes better. A decay of 0 keeps none.
 */
final class ParameterAverage implements AutoCloseable {
  private static final String PREFIX = "average.";
  private static final int CHUNK = 1 << 13;

  // so that the first values are forgotten early: (1 + n) / (10 + n) after n updates
  private static final double WARMUP_NUMERATOR = 1;
  private static final double WARMUP_DENOMINATOR = 10;

  private final Map<String, Tensor> parameters;
  private final double decay;
  private final Map<String, Tensor> averages = new LinkedHashMap<>();
  private final float[] one = new float[CHUNK];
  private final float[] other = new float[CHUNK];

  /** Begins at the values that the parameters have now. */
  ParameterAverage(Map<String, Tensor> parameters, double decay) {
    this.parameters = parameters;
    this.decay = decay;
    if (decay > 0) {
      parameters.forEach(
          (name, tensor) -> {
            Tensor copy = Tensor.allocate(tensor.type(), tensor.shape());
            copy.buffer().put(tensor.buffer());
            averages.put(PREFIX + name, copy);
          });
    }
  }

  /** What a checkpoint keeps besides the parameters; live. */
  Map<String, Tensor> state() {
    return averages;
  }

  /**
   * Takes in the parameters of an update.
   *
   * @param step the updates done, this one included
   */
  void update(long step) {
    double kept = Math.min(decay, (WARMUP_NUMERATOR + step) / (WARMUP_DENOMINATOR + step));
    float share = (float) (1 - kept);
    forEachChunk(
        (average, parameter) -> {
          for (int i = 0; i < average.length; i++) {
            average[i] += share * (parameter[i] - average[i]);
          }
        });
  }

  /** Puts the average where the parameters are, and the parameters into the average's place. */
  void swap() {
    forEachChunk(
        (average, parameter) -> {
          for (int i = 0; i < average.length; i++) {
            float value = average[i];
            average[i] = parameter[i];
            parameter[i] = value;
          }
        });
  }

  private interface Change {
    void apply(float[] average, float[] parameter);
  }

  private void forEachChunk(Change change) {
    averages.forEach(
        (name, tensor) -> {
          Tensor parameter = parameters.get(name.substring(PREFIX.length()));
          if (parameter == null) {
            throw new AssertionError(name);
          }
          FloatBuffer average = tensor.buffer().asFloatBuffer();
          FloatBuffer values = parameter.buffer().asFloatBuffer();
          for (int from = 0; from < average.limit(); from += CHUNK) {
            int count = Math.min(CHUNK, average.limit() - from);
            average.get(from, one, 0, count);
            values.get(from, other, 0, count);
            change.apply(one, other);
            average.put(from, one, 0, count);
            values.put(from, other, 0, count);
          }
        });
  }

  @Override
  public void close() {
    averages.values().forEach(Tensor::close);
  }
}
