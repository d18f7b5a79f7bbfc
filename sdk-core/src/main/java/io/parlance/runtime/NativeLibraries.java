package io.parlance.runtime;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the native libraries on the class path, and the settings that say to look elsewhere. */
final class NativeLibraries {
  private static final List<String> ONNX_RUNTIME =
      List.of(
          "onnxruntime",
          "onnxruntime4j_jni",
          "onnxruntime_providers_shared",
          "onnxruntime_providers_cuda");

  private final Host host;

  NativeLibraries(Host host) {
    this.host = host;
  }

  private String system() {
    String os = host.property("os.name");
    return os.startsWith("Windows") ? "win" : os.startsWith("Mac") ? "osx" : "linux";
  }

  /** The architecture, with the given name for x86-64. */
  private String architecture(String x64) {
    String name = host.property("os.arch");
    return switch (name) {
      case "amd64", "x86_64" -> x64;
      case "arm64" -> "aarch64";
      default -> name;
    };
  }

  /** The name of a library's file on this system. */
  private String file(String library) {
    return switch (system()) {
      case "win" -> library + ".dll";
      case "osx" -> "lib" + library + ".dylib";
      default -> "lib" + library + ".so";
    };
  }

  private String onnxRuntimeResource(String library) {
    return "ai/onnxruntime/native/" + platform() + "/" + file(library);
  }

  private String tokenizersResource() {
    return "native/lib/" + system() + "-" + architecture("x86_64") + "/cpu/" + file("tokenizers");
  }

  /** The jars or folders that hold ONNX Runtime for this platform; more than one is a mistake. */
  List<String> onnxRuntimeArtifacts() {
    return places(onnxRuntimeResource("onnxruntime"));
  }

  /** Whether the CUDA provider is on the class path. */
  boolean hasCudaProvider() {
    return !places(onnxRuntimeResource("onnxruntime_providers_cuda")).isEmpty();
  }

  /** The jars or folders that hold the tokenizers for this platform. */
  List<String> tokenizerArtifacts() {
    return places(tokenizersResource());
  }

  /** System and architecture, as ONNX Runtime spells them. */
  String platform() {
    return system() + "-" + architecture("x64");
  }

  /**
   * Settings that change where ONNX Runtime's libraries come from, with what is there; only those
   * that are set.
   */
  Map<String, String> onnxRuntimeSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    String common = "onnxruntime.native.path";
    String folder = host.properties().apply(common);
    if (folder != null) {
      settings.put(common, described(Path.of(folder, file("onnxruntime"))));
    }
    for (String library : ONNX_RUNTIME) {
      String path = "onnxruntime.native." + library + ".path";
      String given = host.properties().apply(path);
      if (given != null) {
        settings.put(path, described(Path.of(given)));
      }
      String skip = "onnxruntime.native." + library + ".skip";
      String skipped = host.properties().apply(skip);
      if (skipped != null) {
        settings.put(skip, skipped);
      }
    }
    return settings;
  }

  /** As {@link #onnxRuntimeSettings()}, for the tokenizers. */
  Map<String, String> tokenizerSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String name : List.of("RUST_LIBRARY_PATH", "RUST_FLAVOR")) {
      String value = setting(name);
      if (value != null) {
        settings.put(name, name.endsWith("PATH") ? described(Path.of(value)) : value);
      }
    }
    settings.put("unpacked under", unpackedTokenizers());
    return settings;
  }

  /** Where DJL unpacks libraries: its cache, or below the temporary folder without a home. */
  String unpackedTokenizers() {
    for (String name : List.of("ENGINE_CACHE_DIR", "DJL_CACHE_DIR")) {
      String value = setting(name);
      if (value != null) {
        return value;
      }
    }
    Path home = Path.of(host.property("user.home"));
    return (Files.isWritable(home) ? home : Path.of(host.property("java.io.tmpdir")))
        .resolve(".djl.ai")
        .toString();
  }

  private @Nullable String setting(String name) {
    String value = host.properties().apply(name);
    return value != null ? value : host.environment().apply(name);
  }

  private static String described(Path path) {
    return path + (Files.exists(path) ? "" : " (NOT there)");
  }

  private static List<String> places(String resource) {
    List<String> places = new ArrayList<>();
    try {
      for (URL url :
          Collections.list(NativeLibraries.class.getClassLoader().getResources(resource))) {
        places.add(artifact(url.toString(), resource));
      }
    } catch (IOException | RuntimeException e) {
      return places; // a class loader that does not say what it has
    }
    return places;
  }

  /** The jar's file name, or the folder, of a resource's address. */
  private static String artifact(String url, String resource) {
    String place = url.substring(0, Math.max(0, url.length() - resource.length()));
    int jar = place.lastIndexOf(".jar");
    return jar < 0 ? place : place.substring(place.lastIndexOf('/', jar) + 1, jar + 4);
  }
}
