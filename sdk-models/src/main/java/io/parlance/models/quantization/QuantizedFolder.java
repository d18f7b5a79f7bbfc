package io.parlance.models.quantization;

import io.parlance.InvalidInputException;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.NlpException;
import io.parlance.models.files.AtomicFolder;
import io.parlance.models.graph.OnnxFile;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A copy of an exported model folder whose graphs are quantized, under the conventional names:
 * {@code model_quantized.onnx} for 8 bits, {@code model_q4.onnx} for 4 ({@code model_q4f16.onnx} of
 * a graph in half precision), likewise for {@code encoder_model}, {@code decoder_model_merged} and
 * whatever else there is. Configuration, tokenizer and all other files are copied; other variants
 * of the graphs and weights for training are not.
 *
 * @param graphs what became of each graph, in order of their names
 */
public record QuantizedFolder(List<QuantizedFile> graphs) {

  private static final String HALF = "_fp16";
  private static final String GRAPH = ".onnx";
  private static final Pattern VARIANT =
      Pattern.compile(".*_(fp16|int8|uint8|quantized|q1|q2|q4|q4f16|bnb4)\\.onnx");

  /** What public model repositories call weights for training, at the root of a folder. */
  private static final Pattern TRAINING_WEIGHTS =
      Pattern.compile(
          "(model|pytorch_model|tf_model|flax_model|rust_model)[^/\\\\]*\\."
              + "(safetensors|bin|h5|msgpack|ot|index\\.json)");

  public QuantizedFolder {
    graphs = List.copyOf(graphs);
  }

  /**
   * Writes a quantized copy. It appears complete or not at all, and every graph in it was loaded
   * once.
   *
   * @param model a folder with graphs at its root or under {@code onnx/}. Of several precisions the
   *     full one is taken, else {@code _fp16}
   * @param output a folder that does not exist, or is empty
   * @throws ModelNotFoundException if there is no folder, or no graph in it
   * @throws ModelUnusableException naming the file, if a graph is broken
   * @throws InvalidInputException if the output exists, the graphs are quantized already or none
   *     has a matrix to quantize
   * @throws NlpException if the output cannot be written
   */
  public static QuantizedFolder write(Path model, Path output, Quantization quantization) {
    requireFree(output);
    List<Path> sources = graphs(model);
    List<QuantizedFile> results = new ArrayList<>();
    try {
      AtomicFolder.write(
          output,
          folder -> {
            copyOthers(model, folder);
            for (Path source : sources) {
              results.add(quantize(model, source, folder, quantization));
            }
            if (results.stream().allMatch(result -> result.quantized() == 0)) {
              throw new InvalidInputException(
                  "the graphs of "
                      + model
                      + " have no matrix of at least 1024 weights that can be quantized"
                      + (quantization.excluded().isEmpty()
                          ? ""
                          : " besides those that are excluded"));
            }
          });
    } catch (IOException e) {
      throw new NlpException("model folder " + output + " cannot be written: " + e, e);
    }
    return new QuantizedFolder(
        results.stream()
            .map(
                result ->
                    new QuantizedFile(
                        output.resolve(result.file()), result.quantized(), result.kept()))
            .toList());
  }

  private static void requireFree(Path output) {
    if (!Files.exists(output)) {
      return;
    }
    try (Stream<Path> found = Files.isDirectory(output) ? Files.list(output) : Stream.of(output)) {
      if (found.findAny().isPresent()) {
        throw new InvalidInputException(
            "the target " + output + " exists already; name a new folder");
      }
    } catch (IOException e) {
      throw new NlpException("the target " + output + " cannot be read: " + e, e);
    }
  }

  private static List<Path> graphs(Path model) {
    if (!Files.isDirectory(model)) {
      throw new ModelNotFoundException(
          Files.exists(model)
              ? model + " is a file; give the folder that holds config.json"
              : "there is no model folder " + model.toAbsolutePath());
    }
    List<Path> all = new ArrayList<>();
    for (Path place : List.of(model, model.resolve("onnx"))) {
      if (Files.isDirectory(place)) {
        try (Stream<Path> files = Files.list(place)) {
          files.filter(file -> file.toString().endsWith(GRAPH)).sorted().forEach(all::add);
        } catch (IOException e) {
          throw new NlpException(place + " cannot be read: " + e, e);
        }
      }
    }
    if (all.isEmpty()) {
      throw new ModelNotFoundException(
          "model folder "
              + model
              + " holds no .onnx file, neither at its root nor under onnx/; "
              + "export the model first");
    }
    List<Path> plain = all.stream().filter(file -> !isVariant(file)).toList();
    if (!plain.isEmpty()) {
      return plain;
    }
    List<Path> halves = all.stream().filter(QuantizedFolder::isHalf).toList();
    if (halves.isEmpty()) {
      throw new InvalidInputException(
          "model folder "
              + model
              + " is quantized already: it has only "
              + all.stream().map(file -> model.relativize(file).toString()).toList()
              + "; quantize the folder that it was made from");
    }
    return halves;
  }

  private static boolean isVariant(Path graph) {
    return VARIANT.matcher(graph.getFileName().toString()).matches();
  }

  private static boolean isHalf(Path graph) {
    return graph.toString().endsWith(HALF + GRAPH);
  }

  private static QuantizedFile quantize(
      Path model, Path source, Path folder, Quantization quantization) throws IOException {
    String name = source.getFileName().toString();
    String role =
        name.substring(0, name.length() - (isHalf(source) ? HALF + GRAPH : GRAPH).length());
    String suffix =
        quantization.format() == WeightFormat.INT8
            ? "_quantized"
            : isHalf(source) ? "_q4f16" : "_q4";
    Path place = model.relativize(source).resolveSibling(role + suffix + GRAPH);
    Path target = folder.resolve(place);
    Files.createDirectories(target.toAbsolutePath().getParent());
    QuantizedFile result = quantization.quantize(source, target);
    try (Session session = Session.load(target, SessionOptions.defaults())) {
      return new QuantizedFile(place, result.quantized(), result.kept());
    } catch (NlpException e) {
      throw new ModelUnusableException(
          source + " cannot be run once it is quantized; does it run itself? " + e.getMessage(), e);
    }
  }

  /** Copies what is neither a graph, nor data of one, nor weights for training, nor hidden. */
  private static void copyOthers(Path model, Path folder) throws IOException {
    Set<Path> left = new LinkedHashSet<>();
    List<Path> files;
    try (Stream<Path> found = Files.walk(model)) {
      files = found.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      if (file.toString().endsWith(GRAPH)) {
        left.add(file);
        left.add(file.resolveSibling(file.getFileName() + "_data"));
        left.add(file.resolveSibling(file.getFileName() + ".data"));
        if (!isVariant(file)) {
          OnnxFile.read(file)
              .externalFiles()
              .forEach(data -> left.add(file.resolveSibling(data).normalize()));
        }
      }
    }
    for (Path file : files) {
      Path name = model.relativize(file);
      boolean hidden = false;
      for (Path part : name) {
        hidden |= part.toString().startsWith(".");
      }
      if (!hidden && !left.contains(file) && !TRAINING_WEIGHTS.matcher(name.toString()).matches()) {
        Path target = folder.resolve(name);
        Files.createDirectories(target.toAbsolutePath().getParent());
        Files.copy(file, target);
      }
    }
  }
}
