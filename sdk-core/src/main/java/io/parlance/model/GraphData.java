package io.parlance.model;

import io.parlance.ModelUnusableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Finds the files beside a graph that hold its weights. */
final class GraphData {
  /** A graph beyond this holds its weights itself. */
  private static final long LARGEST_READ = 64 << 20;

  /**
   * How ONNX writes the entry {@code location} of {@code TensorProto.external_data}: field 1, a key
   * of 8 bytes, then field 2, the name.
   */
  private static final byte[] LOCATION = "\n\blocation\u0012".getBytes(StandardCharsets.US_ASCII);

  private GraphData() {}

  /**
   * The files that a graph refers to.
   *
   * @param graph its name in the repository
   * @param file where it is
   * @param all the names in the repository
   */
  static List<String> of(String graph, Path file, List<String> all) {
    Set<String> names = new TreeSet<>();
    // the names that optimum, transformers.js and PyTorch give
    Pattern usual = Pattern.compile(Pattern.quote(graph) + "(_data(_\\d+)?|\\.data)");
    all.stream().filter(name -> usual.matcher(name).matches()).forEach(names::add);
    String folder = graph.substring(0, graph.lastIndexOf('/') + 1);
    for (String location : locations(file)) {
      names.add(folder + location);
    }
    return new ArrayList<>(names);
  }

  private static Set<String> locations(Path file) {
    Set<String> found = new TreeSet<>();
    byte[] bytes;
    try {
      if (Files.size(file) > LARGEST_READ) {
        return found;
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ModelUnusableException(file + " cannot be read: " + e, e);
    }
    for (int i = 0; i + LOCATION.length < bytes.length; i++) {
      if (bytes[i] == LOCATION[0] && matches(bytes, i)) {
        int start = i + LOCATION.length + 1;
        int length = bytes[start - 1]; // one byte up to 127; longer names are nobody's
        if (length > 0 && start + length <= bytes.length) {
          found.add(new String(bytes, start, length, StandardCharsets.UTF_8));
        }
      }
    }
    return found;
  }

  private static boolean matches(byte[] bytes, int at) {
    for (int i = 1; i < LOCATION.length; i++) {
      if (bytes[at + i] != LOCATION[i]) {
        return false;
      }
    }
    return true;
  }
}
