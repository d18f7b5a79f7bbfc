package io.parlance.models.export;

import io.parlance.models.quantization.Quantization;
import org.jspecify.annotations.Nullable;

/** How the weights of an exported graph are stored. */
public enum Precision {
  /** As they were trained. */
  FLOAT32("", null),
  /**
   * 16 bit floating point numbers, for graphics processors: sums, exponentials, inputs and outputs
   * keep 32 bits, and so do weights beyond 65504. On CPUs slower than {@link #FLOAT32}.
   */
  FLOAT16("_fp16", null),
  /** 8 bit integers, see {@link Quantization#INT8}. */
  INT8("_int8", Quantization.INT8),
  /** 4 bit integers, see {@link Quantization#INT4}. */
  INT4("_q4", Quantization.INT4);

  private final String suffix;
  private final @Nullable Quantization quantization;

  Precision(String suffix, @Nullable Quantization quantization) {
    this.suffix = suffix;
    this.quantization = quantization;
  }

  /** What makes it of a graph in full precision; null for floating point numbers. */
  @Nullable Quantization quantization() {
    return quantization;
  }

  /**
   * The conventional name of a graph of this precision beside others.
   *
   * @param role what the graph is, for example {@code model}
   */
  String fileName(String role) {
    return role + suffix + ".onnx";
  }
}
