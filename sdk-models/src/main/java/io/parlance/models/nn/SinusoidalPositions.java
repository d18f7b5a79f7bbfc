package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.gather;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Value;

/**
 * Positions as sines and cosines of falling frequencies (Vaswani et al. 2017, arXiv:1706.03762,
 * section 3.5), the sines in the first half of the vector and the cosines in the second. Constants
 * of the graph, not parameters.
 */
public final class SinusoidalPositions {

  private static final double LONGEST = 10000;

  private final long width;
  private final double[] table;

  private SinusoidalPositions(long width, double[] table) {
    this.width = width;
    this.table = table;
  }

  /**
   * With the frequencies of the paper, {@code 10000^(-2i / width)}.
   *
   * @param rows how many positions
   */
  public static SinusoidalPositions ofPaper(int rows, int width) {
    double[] table = new double[rows * width];
    int sines = (width + 1) / 2;
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) {
        double angle = row / Math.pow(LONGEST, 2.0 * (i / 2) / width);
        int column = i % 2 == 0 ? i / 2 : sines + i / 2;
        table[row * width + column] = i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
      }
    }
    return new SinusoidalPositions(width, table);
  }

  /**
   * With the frequencies of Tensor2Tensor, {@code 10000^(-i / (width / 2 - 1))}, in single
   * precision as there. A vector of odd width ends with 0.
   *
   * @param rows how many positions
   * @param zeroRow the position of padding, whose vector is zero
   */
  public static SinusoidalPositions ofTensor2Tensor(int rows, int width, int zeroRow) {
    double[] table = new double[rows * width];
    int half = width / 2;
    float step = (float) (Math.log(LONGEST) / (half - 1));
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < half && row != zeroRow; i++) {
        float angle = row * (float) Math.exp(i * -step);
        table[row * width + i] = Math.sin(angle);
        table[row * width + half + i] = Math.cos(angle);
      }
    }
    return new SinusoidalPositions(width, table);
  }

  /**
   * The vectors of some positions.
   *
   * @param positions INT64 of any shape
   * @return [...positions, width]
   */
  public Value of(Value positions) {
    Graph graph = positions.graph();
    long[] shape = {table.length / width, width};
    return gather(graph.constant(Literal.of(graph.floatType(), shape, table)), positions, 0);
  }
}
