package io.parlance.models.quantization;

import ai.onnx.proto.OnnxMl;
import io.parlance.InvalidInputException;
import io.parlance.models.graph.OnnxFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Dynamic quantization: a quarter or an eighth of the size, two to four times the speed on CPUs, at
 * a small loss of accuracy. Takes the graphs of any tool. Matrices that stand right in MatMul and
 * Gemm and tables of Gather are quantized, also where they are shared, transposed or read from
 * sub-graphs such as the branches of a merged decoder; everything else stays as it is, and inputs
 * and outputs keep their types.
 *
 * @param format how weights are stored
 * @param reducedRange use 7 instead of 8 bits for {@link WeightFormat#INT8}. x86 processors without
 *     VNNI add pairs of products with 16 bit saturation, which full-range weights can reach
 * @param excluded names of weights, or of nodes that read them, that stay as they are; {@code *}
 *     stands for any text
 */
public record Quantization(WeightFormat format, boolean reducedRange, Set<String> excluded) {

  /** 8 bits, full range, every matrix. */
  public static final Quantization INT8 = new Quantization(WeightFormat.INT8, false, Set.of());

  /** 4 bits, every matrix. */
  public static final Quantization INT4 = new Quantization(WeightFormat.INT4, false, Set.of());

  public Quantization {
    excluded = Set.copyOf(excluded);
  }

  /** The same, leaving these weights as they are, see {@link #excluded()}. */
  public Quantization excluding(Collection<String> names) {
    return new Quantization(format, reducedRange, Set.copyOf(names));
  }

  /**
   * Quantizes an ONNX file. Matrices with fewer than 1024 elements, and those that are also read in
   * ways other than products and look-ups, stay as they are.
   *
   * @param target conventionally {@code model_quantized.onnx} or {@code model_q4.onnx}; replaced if
   *     it exists
   * @return what was done
   * @throws io.parlance.ModelNotFoundException if there is no source
   * @throws io.parlance.ModelUnusableException if the source is broken
   * @throws InvalidInputException if it is quantized already, a weight is not finite, or its
   *     operator set is older than 11, which has no integer products
   * @throws io.parlance.NlpException if the target cannot be written
   */
  public QuantizedFile quantize(Path source, Path target) {
    OnnxFile file = OnnxFile.read(source);
    try (QuantizedModel quantized = new QuantizedModel(file, this)) {
      OnnxMl.ModelProto model = quantized.build();
      OnnxFile.write(model, target);
      return new QuantizedFile(target, quantized.quantized(), quantized.kept());
    }
  }

  /** Whether a weight or node of this name is to stay as it is. */
  boolean excludes(String name) {
    return excluded.stream()
        .anyMatch(
            pattern -> Pattern.matches(Pattern.quote(pattern).replace("*", "\\E.*\\Q"), name));
  }

  /** The largest magnitude of an 8 bit weight. */
  int limit() {
    return reducedRange ? 63 : 127;
  }
}
