package io.parlance.models.quantization;

import ai.onnx.proto.OnnxMl;
import io.parlance.models.graph.OnnxFile;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A matrix of 4 bit integers in blocks, read by ONNX Runtime's own operators. */
final class Int4Weight implements StoredWeight {

  private static final long BITS = 4;

  /** Inputs of products are rounded to 8 bits, which has the fastest kernels. */
  private static final long ACCURACY_LEVEL = 4;

  private final List<OnnxMl.TensorProto> initializers = new ArrayList<>();
  private final String packed;
  private final String scales;
  private final String packedRows;
  private final String rowScales;
  private final long inputs;
  private final long outputs;
  private final boolean reshape;

  /**
   * Quantizes a matrix.
   *
   * @param keep takes each tensor that must outlive the writing of the graph
   */
  Int4Weight(Weight weight, Tensor matrix, UnaryOperator<Tensor> keep, Set<String> taken) {
    boolean rows = weight.isByRow();
    outputs = matrix.shape()[rows ? 0 : 1];
    inputs = matrix.shape()[rows ? 1 : 0];
    BlockQuantizedMatrix quantized = BlockQuantizedMatrix.of(weight.name(), matrix, rows);
    Tensor integers = keep.apply(quantized.packed());
    Tensor factors = keep.apply(quantized.scales());
    packed = NodeWriter.unused(weight.name() + "_q4", taken);
    scales = NodeWriter.unused(weight.name() + "_q4_scales", taken);
    packedRows = NodeWriter.unused(weight.name() + "_q4_rows", taken);
    rowScales = NodeWriter.unused(weight.name() + "_q4_row_scales", taken);
    reshape = weight.hasLookUps() && weight.hasProducts();
    if (weight.hasProducts()) {
      initializers.add(OnnxFile.initializer(packed, integers));
      initializers.add(OnnxFile.initializer(scales, factors));
    }
    if (reshape) {
      initializers.add(shape(packedRows, keep, inputs / 2));
      initializers.add(shape(rowScales, keep, inputs / BlockQuantizedMatrix.BLOCK));
    } else if (weight.hasLookUps()) {
      initializers.add(view(packedRows, integers, inputs / 2));
      initializers.add(view(rowScales, factors, inputs / BlockQuantizedMatrix.BLOCK));
    }
  }

  /** Whether look-ups can read a table: only rows of whole blocks lie without gaps. */
  static boolean canHold(Weight weight) {
    return !weight.hasLookUps() || weight.tensor().getDims(1) % BlockQuantizedMatrix.BLOCK == 0;
  }

  private OnnxMl.TensorProto view(String name, Tensor tensor, long width) {
    return OnnxFile.initializer(name, tensor).toBuilder()
        .clearDims()
        .addDims(outputs)
        .addDims(width)
        .build();
  }

  private OnnxMl.TensorProto shape(String name, UnaryOperator<Tensor> keep, long width) {
    Tensor sizes = keep.apply(Tensor.of(new long[] {outputs, width}, 2));
    return OnnxFile.initializer(name + "_shape", sizes);
  }

  @Override
  public List<OnnxMl.TensorProto> initializers() {
    return initializers;
  }

  @Override
  public void prepare(NodeWriter graph) {
    if (reshape) { // the file holds a table that is also multiplied only once
      reshape(packed, packedRows, graph);
      reshape(scales, rowScales, graph);
    }
  }

  private static void reshape(String from, String to, NodeWriter graph) {
    graph.copy(
        OnnxMl.NodeProto.newBuilder()
            .setName(to)
            .setOpType("Reshape")
            .addInput(from)
            .addInput(to + "_shape")
            .addOutput(to)
            .build());
  }

  @Override
  public String product(String stem, String input, NodeWriter graph) {
    Map<String, Long> attributes =
        Map.of(
            "K", inputs,
            "N", outputs,
            "bits", BITS,
            "block_size", (long) BlockQuantizedMatrix.BLOCK,
            "accuracy_level", ACCURACY_LEVEL);
    return graph.add(stem, "MatMulNBits", attributes, input, packed, scales);
  }

  @Override
  public String lookUp(String stem, String indices, NodeWriter graph) {
    Map<String, Long> attributes =
        Map.of(
            "bits",
            BITS,
            "block_size",
            (long) BlockQuantizedMatrix.BLOCK,
            "gather_axis",
            0L,
            "quantize_axis",
            1L);
    return graph.add(stem, "GatherBlockQuantized", attributes, packedRows, indices, rowScales);
  }
}
