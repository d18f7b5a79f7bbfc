package io.parlance.models.export;

/** How the weights of an exported graph are stored. */
public enum Precision {
  /** As they were trained. */
  FLOAT32("model.onnx"),
  /** 8 bit integers, see {@link Quantization#INT8}. */
  INT8("model_int8.onnx");

  private final String fileName;

  Precision(String fileName) {
    this.fileName = fileName;
  }

  /** The conventional name of a graph of this precision beside others. */
  public String fileName() {
    return fileName;
  }
}
