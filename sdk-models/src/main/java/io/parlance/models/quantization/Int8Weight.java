package io.parlance.models.quantization;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto;
import io.parlance.models.graph.OnnxFile;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A matrix of signed 8 bit integers: {@code (x8 - zero point) W8 * (scale of x * scales of W)} in
 * the spelling that ONNX Runtime fuses into one kernel, and {@code rows[ids] * scales[ids]}.
 */
final class Int8Weight implements StoredWeight {

  private final List<OnnxMl.TensorProto> initializers = new ArrayList<>();
  private final String integers;
  private final String scales;
  private final String rowScales;
  private final String factor;

  /**
   * Quantizes a matrix.
   *
   * @param limit the largest magnitude of an integer
   * @param keep takes each tensor that must outlive the writing of the graph
   */
  Int8Weight(
      Weight weight, Tensor matrix, int limit, UnaryOperator<Tensor> keep, Set<String> taken) {
    QuantizedMatrix quantized = QuantizedMatrix.of(weight.name(), matrix, weight.isByRow(), limit);
    Tensor stored = keep.apply(quantized.integers());
    if (weight.isByRow() && !weight.hasLookUps()) {
      stored = keep.apply(QuantizedMatrix.transpose(stored));
    }
    float[] numbers = quantized.scales();
    integers = NodeWriter.unused(weight.name() + "_quantized", taken);
    initializers.add(OnnxFile.initializer(integers, stored));
    scales = NodeWriter.unused(weight.name() + "_scale", taken);
    if (weight.hasProducts()) {
      Tensor each = keep.apply(Tensor.of(numbers, numbers.length));
      initializers.add(OnnxFile.initializer(scales, each));
    }
    rowScales = NodeWriter.unused(weight.name() + "_row_scale", taken);
    if (weight.hasLookUps()) {
      Tensor each = keep.apply(Tensor.of(numbers, numbers.length, 1));
      initializers.add(OnnxFile.initializer(rowScales, each));
    }
    factor =
        weight.hasLookUps() && weight.hasProducts()
            ? NodeWriter.unused(weight.name() + "_transposed", taken)
            : integers;
  }

  @Override
  public List<OnnxMl.TensorProto> initializers() {
    return initializers;
  }

  @Override
  public void prepare(NodeWriter graph) {
    if (factor.equals(integers)) {
      return;
    }
    graph.copy(
        OnnxMl.NodeProto.newBuilder()
            .setName(factor)
            .setOpType("Transpose")
            .addInput(integers)
            .addOutput(factor)
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("perm")
                    .setType(AttributeProto.AttributeType.INTS)
                    .addInts(1)
                    .addInts(0))
            .build());
  }

  @Override
  public String product(String stem, String input, NodeWriter graph) {
    List<String> x =
        graph.once(
            "quantized " + input,
            () -> graph.add(input, "DynamicQuantizeLinear", 3, Map.of(), input));
    String sums = graph.add(stem, "MatMulInteger", Map.of(), x.get(0), factor, x.get(2));
    String product = graph.cast(stem, sums, NodeWriter.FLOAT);
    String scale = graph.add(stem + "/scale", "Mul", Map.of(), x.get(1), scales);
    return graph.add(stem, "Mul", Map.of(), product, scale);
  }

  @Override
  public String lookUp(String stem, String indices, NodeWriter graph) {
    Map<String, Long> axis = Map.of("axis", 0L);
    String rows = graph.add(stem, "Gather", axis, integers, indices);
    String scale = graph.add(stem + "/scale", "Gather", axis, rowScales, indices);
    String floats = graph.cast(stem, rows, NodeWriter.FLOAT);
    return graph.add(stem, "Mul", Map.of(), floats, scale);
  }
}
