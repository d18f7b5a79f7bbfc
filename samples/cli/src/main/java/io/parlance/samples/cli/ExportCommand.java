package io.parlance.samples.cli;

import io.parlance.models.TrainableModel;
import io.parlance.models.export.DecoderLayout;
import io.parlance.models.export.ModelExporter;
import io.parlance.models.export.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Turns weights into a model folder that any ONNX consumer loads. */
@Command(
    name = "export",
    description = {
      "Turns trained weights into a folder that any ONNX consumer loads.",
      "Reads config.json, model.safetensors and the tokenizer; writes the conventional "
          + "layout with model.onnx."
    })
final class ExportCommand extends Subcommand {

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      required = true,
      description = "The folder with config.json, model.safetensors and the tokenizer's files.")
  private Path model;

  @Option(
      names = "--tokenizer",
      paramLabel = "FOLDER",
      description = {
        "Where the tokenizer is, if not in the model's folder.",
        "Without one the graph takes token ids only."
      })
  private @Nullable Path tokenizer;

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      required = true,
      description = "The folder to write; replaced if it was exported before.")
  private Path output;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      description = {
        "How a language model is laid out: single (model.onnx), pair (decoder_model.onnx and "
            + "decoder_with_past_model.onnx) or merged (decoder_model_merged.onnx).",
        "An encoder-decoder is a pair or merged, and has encoder_model.onnx besides.",
        "Default: single, and pair for an encoder-decoder."
      })
  private @Nullable String layout;

  @Option(names = "--int8", description = "Also export model_int8.onnx, with 8 bit weights.")
  private boolean int8;

  @Option(
      names = "--fp16",
      description = "Also export model_fp16.onnx, with 16 bit weights, for graphics processors.")
  private boolean fp16;

  @Option(names = "--safetensors", description = "Also copy the weights, for further training.")
  private boolean safetensors;

  @Option(
      names = "--hidden-states",
      description = "Graphs of a language model give last_hidden_state too: contrastive search.")
  private boolean hiddenStates;

  @Override
  public Integer call() {
    ModelExporter.checkTarget(output);
    try (TrainableModel trainable = TrainableModel.load(model)) {
      ModelExporter exporter =
          ModelExporter.of(trainable.model(), trainable.parameters())
              .generationConfiguration(model);
      if (tokenizer != null || Files.isRegularFile(model.resolve("tokenizer.json"))) {
        exporter = exporter.tokenizer(tokenizer == null ? model : tokenizer);
      } else {
        streams()
            .messages()
            .println("no tokenizer.json in " + model + ": exporting without (see --tokenizer)");
      }
      if (layout != null) {
        exporter = exporter.layout(layout(layout));
      }
      if (int8) {
        exporter = exporter.variant(Precision.INT8);
      }
      if (fp16) {
        exporter = exporter.variant(Precision.FLOAT16);
      }
      if (hiddenStates) {
        exporter = exporter.withHiddenStates();
      }
      if (safetensors) {
        exporter = exporter.withSafetensors();
      }
      exporter.write(output);
    }
    streams().messages().println("wrote " + output);
    return ExitStatus.SUCCESS;
  }

  private static DecoderLayout layout(String name) {
    for (DecoderLayout each : DecoderLayout.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(name)) {
        return each;
      }
    }
    throw new RefusedException("--layout is '" + name + "', expected single, pair or merged");
  }
}
