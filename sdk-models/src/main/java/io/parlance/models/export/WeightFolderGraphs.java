package io.parlance.models.export;

import io.parlance.NlpException;
import io.parlance.model.GraphBuilder;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Runs folders with {@code config.json} and {@code model.safetensors} as if they had been exported:
 * the same graphs, never stored. Found by {@link java.util.ServiceLoader}.
 */
public final class WeightFolderGraphs implements GraphBuilder {

  private static final long FLOAT_BYTES = 4;

  /** Encoder-decoders go by their pair of decoders, which copies less than the merged one. */
  @Override
  public Set<String> roles(ModelConfig config) {
    Set<String> roles = new LinkedHashSet<>(Architectures.of(config, Set.of()).graphRoles());
    if (roles.contains(ModelFolder.ENCODER)) {
      roles.remove(ModelFolder.DECODER_MERGED);
    }
    return roles;
  }

  @Override
  public Session load(Path folder, String role, SessionOptions options) {
    try (TrainableModel model = TrainableModel.load(folder);
        FrozenGraph graph =
            TransposedWeights.fold(
                FrozenGraph.of(model.model().graphWithStates(role), model.parameters()))) {
      OnnxWriter writer = graph.writer();
      if (FLOAT_BYTES * graph.graph().parameterCount()
          < OnnxWriter.DEFAULT_EXTERNAL_DATA_THRESHOLD) {
        return Session.load(writer.toBuffer(), folder + " (" + role + ")", options);
      }
      return loadFromFile(writer, role, options);
    }
  }

  /** A graph in memory may not exceed 2 GB; larger ones go through the disk. */
  private static Session loadFromFile(OnnxWriter writer, String role, SessionOptions options) {
    try {
      Path temporary = Files.createTempDirectory("parlance");
      try {
        Path file = temporary.resolve(role + ".onnx");
        writer.write(file);
        return Session.load(file, options);
      } finally {
        delete(temporary);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new NlpException(
          "a graph of more than 2 GB needs space in "
              + System.getProperty("java.io.tmpdir")
              + " while it is loaded: "
              + e,
          e);
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(folder)) {
      files = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
