package io.parlance.samples.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelDownload;
import io.parlance.model.ModelSource;
import io.parlance.model.hub.HubOptions;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.architecture.PublishedModels;
import io.parlance.models.files.AtomicFile;
import io.parlance.models.graph.OnnxModel;
import io.parlance.models.graph.OnnxReader;
import io.parlance.models.inspection.GraphDrawing;
import io.parlance.models.inspection.ModelSummary;
import io.parlance.runtime.Diagnostics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what a model is made of, or what the machine offers. */
@Command(
    name = "inspect",
    description = {
      "Tells what a model is made of, or what this machine offers.",
      "Writes a table of layers with shapes, parameters and FLOPs a token, the memory of the KV "
          + "cache, and what is in the folder: configuration, tokenizer, graphs with their inputs "
          + "and outputs, weights. What cannot be read has its error in place; the exit status "
          + "is 3 then."
    })
final class InspectCommand extends Subcommand {

  private static final Gson PRETTY =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  @Option(
      names = "--model",
      paramLabel = "SOURCE",
      description =
          "A model folder, hf:ORGANISATION/NAME[@REVISION], a config.json, an ONNX file, or a "
              + "published configuration such as bert-base or llama3.1-405b.")
  private @Nullable String source;

  @Option(
      names = "--sequence",
      paramLabel = "N",
      defaultValue = "512",
      description =
          "The length of the text that FLOPs are counted for (default: ${DEFAULT-VALUE}, or what "
              + "the model has positions for).")
  private int sequence;

  @Option(
      names = "--draw",
      paramLabel = "FILE",
      description = "Also draw the graph into this file: .svg, or .dot for Graphviz.")
  private @Nullable Path picture;

  @Option(
      names = "--system",
      description =
          "Tell what this machine offers to the native libraries and what is missing, and try to "
              + "load ONNX Runtime; the exit status is 3 if a problem was found.")
  private boolean system;

  @Option(names = "--json", description = "Write one JSON object instead of text.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (source == null ? !system : system) {
      throw new RefusedException("give --model SOURCE or --system");
    }
    return source == null ? inspectSystem() : inspectModel(source);
  }

  private int inspectSystem() throws IOException {
    Diagnostics report = Diagnostics.read().tryNative();
    write(json ? PRETTY.toJson(report) + "\n" : report.toString());
    return report.problems().isEmpty() ? ExitStatus.SUCCESS : ExitStatus.SOME_LINES_FAILED;
  }

  private void write(String text) throws IOException {
    streams().out().write(text.getBytes(StandardCharsets.UTF_8));
    streams().out().flush();
  }

  private int inspectModel(String source) throws IOException {
    if (sequence < 1) {
      throw new RefusedException("--sequence is " + sequence + ", expected at least 1");
    }
    String ending = picture == null ? "" : ending(picture);
    InspectionReport report = new InspectionReport(source, sequence);
    Path place = place(source);
    GraphDrawing drawing;
    if (place == null) {
      PretrainedModel model = model(source);
      report.model(model);
      drawing = picture == null ? null : GraphDrawing.of(ModelSummary.graph(model));
    } else {
      if (Files.isDirectory(place)) {
        report.folder(place);
      } else {
        report.graph(place);
      }
      drawing = picture == null ? null : drawing(place);
    }
    if (picture != null && drawing != null) {
      AtomicFile.writeString(
          picture, ending.equals("dot") ? drawing.toDot() : SvgDrawing.of(drawing));
    }
    write(json ? PRETTY.toJson(report.json()) + "\n" : report.text());
    return report.failed() ? ExitStatus.SOME_LINES_FAILED : ExitStatus.SUCCESS;
  }

  private static String ending(Path picture) {
    String name = picture.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1);
    if (!Set.of("dot", "svg").contains(ending)) {
      throw new RefusedException("--draw is '" + picture + "', expected a name with .svg or .dot");
    }
    return ending;
  }

  /** A folder or an ONNX file; null for what has only a configuration. */
  private @Nullable Path place(String source) {
    if (ModelSource.of(source) instanceof ModelSource.Hub hub) {
      HubOptions options = HubOptions.fromEnvironment().listener(new DownloadDisplay(streams()));
      return ModelDownload.fetch(hub.withOptions(options));
    }
    Path path = Path.of(source);
    return Files.isDirectory(path) || (Files.isRegularFile(path) && source.endsWith(".onnx"))
        ? path
        : null;
  }

  private static PretrainedModel model(String source) throws IOException {
    Path path = Path.of(source);
    if (Files.isRegularFile(path)) {
      ModelConfig config = ModelConfig.of(source, Json.object(Files.readString(path)));
      return Architectures.of(config, Set.of());
    }
    return PublishedModels.find(source)
        .orElseThrow(
            () -> {
              String nearest = Spelling.nearest(source, PublishedModels.names());
              return new RefusedException(
                  "there is no model folder or file "
                      + path.toAbsolutePath()
                      + " and no published configuration of this name"
                      + (nearest == null ? "" : "; did you mean " + nearest + "?"));
            });
  }

  /** Of the folder's first graph; of the model that its configuration describes if it has none. */
  private static GraphDrawing drawing(Path place) throws IOException {
    Path file = place;
    if (Files.isDirectory(place)) {
      List<Path> files;
      try (Stream<Path> found = Files.walk(place, 2)) {
        files = found.filter(path -> path.toString().endsWith(".onnx")).sorted().toList();
      }
      if (files.isEmpty()) {
        return GraphDrawing.of(ModelSummary.graph(InspectionReport.built(place)));
      }
      file = files.get(0);
    }
    try (OnnxModel onnx = OnnxReader.read(file)) {
      return GraphDrawing.of(onnx.graph());
    }
  }
}
