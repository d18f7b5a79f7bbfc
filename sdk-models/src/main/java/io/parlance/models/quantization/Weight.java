package io.parlance.models.quantization;

import ai.onnx.proto.OnnxMl;
import io.parlance.models.graph.OnnxFile;
import io.parlance.runtime.ElementType;

/** One constant tensor of a model and the ways in which it is read. */
final class Weight {

  /** Below this the work around an integer product costs more than it saves. */
  private static final int SMALLEST = 1024;

  private final String name;
  private final OnnxMl.TensorProto tensor;
  private final Scope scope;
  private int plainProducts;
  private int transposedProducts;
  private int lookUps;
  private boolean otherwise;

  /**
   * A weight that nothing is known to read.
   *
   * @param scope the graph that defines it
   */
  Weight(String name, OnnxMl.TensorProto tensor, Scope scope) {
    this.name = name;
    this.tensor = tensor;
    this.scope = scope;
  }

  String name() {
    return name;
  }

  OnnxMl.TensorProto tensor() {
    return tensor;
  }

  Scope scope() {
    return scope;
  }

  boolean isHalf() {
    return OnnxFile.type(tensor) == ElementType.FLOAT16;
  }

  /** Whether it is a matrix of floats that is worth the work. */
  boolean isLargeMatrix() {
    ElementType type = OnnxFile.type(tensor);
    return tensor.getDimsCount() == 2
        && (type == ElementType.FLOAT32 || type == ElementType.FLOAT16)
        && tensor.getDims(0) > 1
        && tensor.getDims(1) > 1
        && tensor.getDims(0) >= SMALLEST / tensor.getDims(1)
        && tensor.getDims(0) * tensor.getDims(1) >= SMALLEST;
  }

  void readByProduct(boolean transposed) {
    if (transposed) {
      transposedProducts++;
    } else {
      plainProducts++;
    }
  }

  void readByLookUp() {
    lookUps++;
  }

  /** Something reads it that needs the numbers themselves. */
  void readOtherwise() {
    otherwise = true;
  }

  /** Whether every reader can work with one quantized copy. */
  boolean isQuantizable() {
    boolean columns = plainProducts > 0;
    boolean rows = transposedProducts + lookUps > 0;
    return isLargeMatrix() && !otherwise && columns != rows;
  }

  boolean hasLookUps() {
    return lookUps > 0;
  }

  boolean hasProducts() {
    return plainProducts + transposedProducts > 0;
  }

  /** Whether each row of the stored matrix, rather than each column, has scales of its own. */
  boolean isByRow() {
    return plainProducts == 0;
  }
}
