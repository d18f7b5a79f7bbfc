package io.parlance.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SinusoidalPositionsTest {

  private static final int ROWS = 600;

  /** sin and cos of position p and its multiples: 1, 1/100 for four columns. */
  @Test
  void wavelengthsOfThePaper() {
    float[] table = table(SinusoidalPositions.ofPaper(ROWS, 4), 4);
    for (int row = 0; row < ROWS; row++) {
      assertThat(table[4 * row]).isEqualTo((float) Math.sin(row));
      assertThat(table[4 * row + 1]).isCloseTo((float) Math.sin(row / 100.0), within(1e-7f));
      assertThat(table[4 * row + 2]).isEqualTo((float) Math.cos(row));
      assertThat(table[4 * row + 3]).isCloseTo((float) Math.cos(row / 100.0), within(1e-7f));
    }
  }

  /** The last frequency of Tensor2Tensor is 1/10000; an odd width ends with nothing. */
  @Test
  void wavelengthsOfTensor2Tensor() {
    float[] table = table(SinusoidalPositions.ofTensor2Tensor(ROWS, 7, 1), 7);
    for (int row = 0; row < ROWS; row++) {
      double[] angles = {row, row / 100.0, row / 10000.0};
      for (int i = 0; i < 3; i++) {
        boolean padding = row == 1;
        assertThat(table[7 * row + i])
            .isCloseTo(padding ? 0 : (float) Math.sin(angles[i]), within(2e-6f));
        assertThat(table[7 * row + 3 + i])
            .isCloseTo(padding ? 0 : (float) Math.cos(angles[i]), within(2e-6f));
      }
      assertThat(table[7 * row + 6]).isZero();
    }
  }

  private static float[] table(SinusoidalPositions positions, int width) {
    Graph graph = Graph.inference("positions");
    Value rows = graph.input("rows", ElementType.INT64, Shape.of("count"));
    byte[] model = OnnxWriter.of(graph).outputs(Map.of("vectors", positions.of(rows))).toBytes();
    long[] all = new long[ROWS];
    for (int i = 0; i < ROWS; i++) {
      all[i] = i;
    }
    try (Session session = Session.load(model, "positions", SessionOptions.defaults());
        Tensor input = Tensor.of(all, ROWS);
        Outputs outputs = session.run(Map.of("rows", input))) {
      assertThat(outputs.get("vectors").shape()).containsExactly(ROWS, width);
      return outputs.get("vectors").toFloatArray();
    }
  }
}
