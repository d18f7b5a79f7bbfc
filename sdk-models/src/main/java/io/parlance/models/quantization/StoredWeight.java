package io.parlance.models.quantization;

import ai.onnx.proto.OnnxMl;
import java.util.List;

/** A quantized matrix in a graph and the nodes that read it. */
interface StoredWeight {

  /** The tensors that take the place of the weight. */
  List<OnnxMl.TensorProto> initializers();

  /** Appends what readers of the weight share, to the graph that holds it. */
  void prepare(NodeWriter graph);

  /**
   * Appends the product with the matrix.
   *
   * @param stem begins the names of new values
   * @param input a value of float32
   * @return the name of the product, of float32, computed last
   */
  String product(String stem, String input, NodeWriter graph);

  /**
   * Appends the look-up of rows.
   *
   * @return the name of the rows, of float32, computed last
   */
  String lookUp(String stem, String indices, NodeWriter graph);
}
