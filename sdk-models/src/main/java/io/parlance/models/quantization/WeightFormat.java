package io.parlance.models.quantization;

/** How the weights of matrix products are stored. */
public enum WeightFormat {
  /**
   * Signed 8 bit integers with one scale for each output; inputs are quantized as they come
   * (DynamicQuantizeLinear, MatMulInteger). The fastest for encoders.
   */
  INT8,
  /**
   * 4 bit integers with one scale for 32 inputs ({@code MatMulNBits} of ONNX Runtime, accuracy
   * level 4). The smallest, and the fastest for decoders.
   */
  INT4
}
