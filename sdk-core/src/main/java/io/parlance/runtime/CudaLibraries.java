package io.parlance.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The libraries of NVIDIA that ONNX Runtime's CUDA provider is linked to, by the exact names that
 * the loader looks for.
 *
 * @param found where each of them is, empty for those that are missing
 * @param searched the folders that were looked at
 */
record CudaLibraries(Map<String, String> found, List<String> searched) {
  /** Needed by the provider in {@code onnxruntime_gpu} 1.29, in CUDA 12; the last is the driver. */
  static final List<String> NAMES =
      List.of(
          "libcudart.so.12",
          "libcublas.so.12",
          "libcublasLt.so.12",
          "libcurand.so.10",
          "libcuda.so.1");

  private static final String LOADER_CACHE = "/etc/ld.so.cache";
  private static final List<String> USUAL_FOLDERS =
      List.of(
          "/lib/x86_64-linux-gnu",
          "/usr/lib/x86_64-linux-gnu",
          "/lib64",
          "/usr/lib64",
          "/lib",
          "/usr/lib",
          "/usr/local/cuda/lib64");

  static CudaLibraries of(Host host) {
    Set<String> folders = new LinkedHashSet<>();
    String path = host.environment().apply("LD_LIBRARY_PATH");
    for (String folder : (path == null ? "" : path).split(":", -1)) {
      if (folder.startsWith("/")) {
        folders.add(folder);
      }
    }
    folders.addAll(USUAL_FOLDERS);
    String cache = host.bytes(LOADER_CACHE);
    Map<String, String> found = new LinkedHashMap<>();
    for (String name : NAMES) {
      found.put(name, find(host, name, folders, cache));
    }
    List<String> searched = new ArrayList<>(folders);
    searched.add(LOADER_CACHE);
    return new CudaLibraries(found, searched);
  }

  private static String find(Host host, String name, Set<String> folders, String cache) {
    for (String folder : folders) {
      String file = folder + (folder.endsWith("/") ? "" : "/") + name;
      if (host.exists(file)) {
        return file;
      }
    }
    // the cache is binary, with paths that end in a zero byte
    return Pattern.compile("(/[^\\x00]{0,4000}/" + Pattern.quote(name) + ")\\x00")
        .matcher(cache)
        .results()
        .map(match -> Path.of(match.group(1)).toString())
        .findFirst()
        .orElse("");
  }

  /** The names that were not found. */
  List<String> missing() {
    return NAMES.stream().filter(name -> found.getOrDefault(name, "").isEmpty()).toList();
  }
}
