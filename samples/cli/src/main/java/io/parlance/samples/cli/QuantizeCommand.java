package io.parlance.samples.cli;

import io.parlance.models.quantization.Quantization;
import io.parlance.models.quantization.QuantizedFile;
import io.parlance.models.quantization.QuantizedFolder;
import io.parlance.models.quantization.WeightFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a smaller and faster copy of a model folder. */
@Command(
    name = "quantize",
    description = {
      "Copies an exported model folder, of this or any other tool, with graphs of 8 or 4 bits.",
      "Writes model_quantized.onnx or model_q4.onnx and so on, and everything else that is not "
          + "weights. The copy is used as any folder is."
    })
final class QuantizeCommand extends Subcommand {

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      required = true,
      description = "The folder with the graphs, at its root or under onnx/.")
  private Path model;

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      required = true,
      description = "The folder to write; must not exist.")
  private Path output;

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      defaultValue = "int8",
      description = {
        "int8: 8 bits, best for encoders. q4: 4 bits in blocks of 32, best for language models.",
        "Default: int8."
      })
  private String precision;

  @Option(
      names = "--exclude",
      paramLabel = "NAME",
      arity = "1..*",
      description =
          "Weights, or nodes that read them, that stay as they are; * stands for any text, as in "
              + "'*lm_head*'.")
  private List<String> excluded = List.of();

  @Option(
      names = "--reduced-range",
      description = "7 bit weights in int8, for x86 processors without VNNI.")
  private boolean reducedRange;

  @Override
  public Integer call() {
    Quantization quantization = new Quantization(format(), reducedRange, Set.copyOf(excluded));
    QuantizedFolder folder = QuantizedFolder.write(model, output, quantization);
    for (QuantizedFile graph : folder.graphs()) {
      streams()
          .messages()
          .println(
              graph.file()
                  + ": "
                  + graph.quantized()
                  + " matrices quantized, "
                  + graph.kept()
                  + " left as they were");
    }
    streams().messages().println("wrote " + output);
    return ExitStatus.SUCCESS;
  }

  private WeightFormat format() {
    if (precision.equals("q4") && reducedRange) {
      throw new RefusedException("--reduced-range is for --precision int8, not q4");
    }
    return switch (precision) {
      case "int8" -> WeightFormat.INT8;
      case "q4" -> WeightFormat.INT4;
      default ->
          throw new RefusedException("--precision is '" + precision + "', expected int8 or q4");
    };
  }
}
