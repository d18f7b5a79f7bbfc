package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parlance.runtime.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ParameterAverageTest {
  private static final int SIZE = 20_000; // several chunks

  /** The recurrence in double precision. */
  @Test
  void followsTheParametersWithItsDecay() {
    Random random = new Random(1);
    float[] values = new float[SIZE];
    double[] expected = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      values[i] = random.nextFloat();
      expected[i] = values[i];
    }
    try (Tensor parameter = Tensor.of(values, SIZE);
        ParameterAverage average = new ParameterAverage(Map.of("w", parameter), 0.7)) {
      for (int step = 1; step <= 30; step++) {
        double decay = Math.min(0.7, (1.0 + step) / (10.0 + step));
        for (int i = 0; i < SIZE; i++) {
          float value = random.nextFloat();
          parameter.buffer().asFloatBuffer().put(i, value);
          expected[i] = decay * expected[i] + (1 - decay) * value;
        }
        average.update(step);
      }
      float[] last = parameter.toFloatArray();
      average.swap();
      float[] averaged = parameter.toFloatArray();
      for (int i = 0; i < SIZE; i++) {
        assertThat((double) averaged[i]).isCloseTo(expected[i], within(1e-5));
      }
      average.swap();
      assertThat(parameter.toFloatArray()).isEqualTo(last);
      assertThat(average.state().keySet()).containsExactly("average.w");
    }
  }

  @Test
  void withoutADecayThereIsNone() {
    try (Tensor parameter = Tensor.of(new float[] {1, 2}, 2);
        ParameterAverage average = new ParameterAverage(Map.of("w", parameter), 0)) {
      average.update(1);
      average.swap();
      assertThat(parameter.toFloatArray()).containsExactly(1, 2);
      assertThat(average.state()).isEmpty();
    }
  }
}
