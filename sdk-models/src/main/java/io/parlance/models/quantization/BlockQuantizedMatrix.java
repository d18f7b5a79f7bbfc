package io.parlance.models.quantization;

import io.parlance.InvalidInputException;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A matrix of 4 bit integers as {@code MatMulNBits} reads them: for each output, blocks of {@value
 * #BLOCK} inputs with one scale, {@code w ≈ (integer - 8) * scale}, two integers a byte, the lower
 * half first. Incomplete last blocks are filled with zeros.
 *
 * @param packed UINT8 [outputs, blocks, {@value #BLOCK} / 2]
 * @param scales FLOAT32 [outputs * blocks]
 */
record BlockQuantizedMatrix(Tensor packed, Tensor scales) {

  /** Inputs that share a scale: what ONNX Runtime's kernels are fastest with. */
  static final int BLOCK = 32;

  private static final int ZERO = 8;
  private static final int LARGEST = 15;

  /**
   * Quantizes a matrix. The weight that is largest in a block gets the integer 0, which is farther
   * from the zero point than any other, as ONNX Runtime's own quantizer does.
   *
   * @param name for messages
   * @param matrix FLOAT32
   * @param rows whether rows are outputs, else columns
   */
  static BlockQuantizedMatrix of(String name, Tensor matrix, boolean rows) {
    int height = Math.toIntExact(matrix.shape()[0]);
    int width = Math.toIntExact(matrix.shape()[1]);
    int outputs = rows ? height : width;
    int inputs = rows ? width : height;
    int blocks = (inputs + BLOCK - 1) / BLOCK;
    FloatBuffer values = matrix.buffer().asFloatBuffer();
    Tensor packed = Tensor.allocate(ElementType.UINT8, outputs, blocks, BLOCK / 2);
    Tensor scales = Tensor.allocate(ElementType.FLOAT32, (long) outputs * blocks);
    FloatBuffer scaleValues = scales.buffer().asFloatBuffer();
    ByteBuffer bytes = packed.buffer();
    float[] block = new float[BLOCK];
    for (int output = 0; output < outputs; output++) {
      for (int index = 0; index < blocks; index++) {
        for (int i = 0; i < BLOCK; i++) {
          int input = index * BLOCK + i;
          int place = rows ? output * width + input : input * width + output;
          block[i] = input < inputs ? finite(name, values.get(place)) : 0;
        }
        scaleValues.put(output * blocks + index, pack(block, bytes));
      }
    }
    return new BlockQuantizedMatrix(packed, scales);
  }

  private static float finite(String name, float value) {
    if (!Float.isFinite(value)) {
      throw new InvalidInputException(
          "weight " + name + " holds " + value + "; only finite weights can be quantized");
    }
    return value;
  }

  private static float pack(float[] block, ByteBuffer target) {
    float largest = 0;
    for (float value : block) {
      largest = Math.abs(value) > Math.abs(largest) ? value : largest;
    }
    float scale = largest / -ZERO;
    if (Math.abs(scale) < Float.MIN_NORMAL) {
      scale = 1; // all zero: any scale is right
    }
    for (int i = 0; i < BLOCK; i += 2) {
      target.put((byte) (integer(block[i], scale) | integer(block[i + 1], scale) << 4));
    }
    return scale;
  }

  private static int integer(float value, float scale) {
    return (int) Math.max(0, Math.min(LARGEST, Math.rint(value / scale) + ZERO));
  }
}
