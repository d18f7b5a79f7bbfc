package io.parlance.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelativeDistancesTest {

  private static final int HEADS = 2;
  private static final int LENGTH = 5;
  private static final int WIDTH = 3;
  private static final int POSITIONS = 6;

  private final Random random = new Random(7);

  /** Shaw et al. 2018, eq. 4, and Huang et al. 2020, method 4, term by term. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isTheSumOfThePapers(boolean keysToo) {
    float[] query = numbers(HEADS * LENGTH * WIDTH);
    float[] key = numbers(HEADS * LENGTH * WIDTH);
    float[] table = numbers((2 * POSITIONS - 1) * WIDTH);
    float[] expected = new float[HEADS * LENGTH * LENGTH];
    for (int h = 0; h < HEADS; h++) {
      for (int i = 0; i < LENGTH; i++) {
        for (int j = 0; j < LENGTH; j++) {
          double score = 0;
          for (int w = 0; w < WIDTH; w++) {
            float distance = table[(i - j + POSITIONS - 1) * WIDTH + w];
            score += query[(h * LENGTH + i) * WIDTH + w] * distance;
            score += keysToo ? key[(h * LENGTH + j) * WIDTH + w] * distance : 0;
          }
          expected[(h * LENGTH + i) * LENGTH + j] = (float) (score / Math.sqrt(WIDTH));
        }
      }
    }
    float[] actual = run(query, key, table, keysToo);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("score %d", i).isCloseTo(expected[i], within(1e-5f));
    }
  }

  private static float[] run(float[] query, float[] key, float[] table, boolean keysToo) {
    Graph graph = Graph.inference("distances");
    Shape shape = Shape.of("batch", HEADS, "sequence", WIDTH);
    Value q = graph.input("query", ElementType.FLOAT32, shape);
    Value k = graph.input("key", ElementType.FLOAT32, shape);
    RelativeDistances distances =
        new RelativeDistances(graph.root(), POSITIONS, Initialization.ZEROS);
    Value bias = distances.bias(q, keysToo ? k : null, k, null);
    long[] sizes = {1, HEADS, LENGTH, WIDTH};
    try (Tensor weight = Tensor.of(table, 2 * POSITIONS - 1, WIDTH);
        Tensor first = Tensor.of(query, sizes);
        Tensor second = Tensor.of(key, sizes);
        Session session =
            Session.load(
                OnnxWriter.of(graph)
                    .outputs(Map.of("bias", bias))
                    .keepAllInputs()
                    .weights(Map.of("weight", weight))
                    .toBuffer(),
                "distances",
                SessionOptions.defaults());
        Outputs outputs = session.run(Map.of("query", first, "key", second))) {
      return outputs.get("bias").toFloatArray();
    }
  }

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }
}
