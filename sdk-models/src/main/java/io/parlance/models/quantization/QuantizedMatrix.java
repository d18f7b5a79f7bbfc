package io.parlance.models.quantization;

import io.parlance.InvalidInputException;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A matrix as signed integers and scales: {@code w ≈ integer * scale}.
 *
 * @param integers INT8, of the matrix's shape
 * @param scales one for each row or column, positive
 */
record QuantizedMatrix(Tensor integers, float[] scales) {

  /**
   * Quantizes a matrix symmetrically.
   *
   * @param name for messages
   * @param matrix FLOAT32
   * @param rows whether rows have scales, else columns
   * @param limit the largest magnitude of an integer
   */
  static QuantizedMatrix of(String name, Tensor matrix, boolean rows, int limit) {
    int height = Math.toIntExact(matrix.shape()[0]);
    int width = Math.toIntExact(matrix.shape()[1]);
    FloatBuffer values = matrix.buffer().asFloatBuffer();
    float[] scales = scales(name, values, height, width, rows, limit);
    Tensor integers = Tensor.allocate(ElementType.INT8, height, width);
    ByteBuffer bytes = integers.buffer();
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        int index = row * width + column;
        // rint: ties to even, as the reference quantizers do; the limit is never exceeded by more
        // than rounding of the division
        double scaled = Math.rint(values.get(index) / scales[rows ? row : column]);
        bytes.put(index, (byte) Math.max(-limit, Math.min(limit, scaled)));
      }
    }
    return new QuantizedMatrix(integers, scales);
  }

  private static float[] scales(
      String name, FloatBuffer values, int height, int width, boolean rows, int limit) {
    float[] largest = new float[rows ? height : width];
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        float value = values.get(row * width + column);
        if (!Float.isFinite(value)) {
          throw new InvalidInputException(
              "weight " + name + " holds " + value + "; only finite weights can be quantized");
        }
        int channel = rows ? row : column;
        largest[channel] = Math.max(largest[channel], Math.abs(value));
      }
    }
    for (int i = 0; i < largest.length; i++) {
      float scale = largest[i] / limit;
      largest[i] = scale < Float.MIN_NORMAL ? 1 : scale; // all zero: any scale is right
    }
    return largest;
  }

  /** The transposed copy of a matrix of 8 bit integers. */
  static Tensor transpose(Tensor integers) {
    int height = Math.toIntExact(integers.shape()[0]);
    int width = Math.toIntExact(integers.shape()[1]);
    Tensor transposed = Tensor.allocate(ElementType.INT8, width, height);
    ByteBuffer from = integers.buffer();
    ByteBuffer to = transposed.buffer();
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        to.put(column * height + row, from.get(row * width + column));
      }
    }
    return transposed;
  }
}
