package io.parlance.models.export;

/** How the weights of an exported graph are stored. */
public enum Precision {
  /** As they were trained. */
  FLOAT32(""),
  /** 8 bit integers, see {@link Quantization#INT8}. */
  INT8("_int8");

  private final String suffix;

  Precision(String suffix) {
    this.suffix = suffix;
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
