package io.parlance.runtime;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What this machine offers to the native libraries, and what is missing. Reading it never fails and
 * loads no native library unless {@link #tryNative()} is asked for. Immutable.
 *
 * @param sections what was found: names of sections, names in them, and values, all readable
 * @param problems what keeps native libraries from being loaded, each with what to do; empty if
 *     nothing is known to
 */
public record Diagnostics(Map<String, Map<String, String>> sections, List<String> problems) {
  // the newest symbols that libonnxruntime.so 1.29 and DJL's libtokenizers.so 0.21.0-0.38.0 ask
  // glibc for (x86-64)
  private static final int ONNX_RUNTIME_GLIBC = 28;
  private static final int TOKENIZERS_GLIBC = 34;
  private static final Set<String> PLATFORMS =
      Set.of("linux-x64", "linux-aarch64", "osx-aarch64", "win-x64");

  /** Looks at this machine. */
  public static Diagnostics read() {
    return read(Host.here());
  }

  static Diagnostics read(Host host) {
    Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    NativeLibraries libraries = new NativeLibraries(host);
    section(sections, "system", () -> system(host, libraries, problems));
    section(sections, "limits", () -> limits(host));
    section(sections, "folders", () -> folders(host, libraries, problems));
    section(sections, "onnxruntime", () -> onnxRuntime(libraries, problems));
    section(sections, "tokenizers", () -> tokenizers(libraries, problems));
    section(sections, "cuda", () -> cuda(host, libraries));
    return new Diagnostics(sections, problems);
  }

  public Diagnostics {
    Map<String, Map<String, String>> copy = new LinkedHashMap<>();
    sections.forEach(
        (name, values) -> copy.put(name, Collections.unmodifiableMap(new LinkedHashMap<>(values))));
    sections = Collections.unmodifiableMap(copy);
    problems = List.copyOf(problems);
  }

  private static void section(
      Map<String, Map<String, String>> sections,
      String name,
      Supplier<Map<String, String>> content) {
    try {
      sections.put(name, content.get());
    } catch (RuntimeException | LinkageError e) { // one that cannot be read must not hide others
      sections.put(name, Map.of("cannot be read", e.toString()));
    }
  }

  private static Map<String, String> system(
      Host host, NativeLibraries libraries, List<String> problems) {
    CLibrary libc = CLibrary.of(host);
    Map<String, String> system = new LinkedHashMap<>();
    system.put("operating system", host.property("os.name") + " " + host.property("os.version"));
    system.put("architecture", host.property("os.arch"));
    if (host.isLinux()) {
      system.put("C library", libc.toString());
    }
    system.put("Java", host.property("java.version") + " (" + host.property("java.vm.name") + ")");
    if (!PLATFORMS.contains(libraries.platform())) {
      problems.add(
          "there are no native libraries for "
              + libraries.platform()
              + ", only for linux-x64, linux-aarch64, osx-aarch64 and win-x64");
    }
    if (libc.kind() == CLibrary.Kind.MUSL) {
      problems.add(
          "this Linux uses musl (Alpine), but the native libraries are built for glibc; use an"
              + " image with glibc, for example Debian, Ubuntu or a distroless one");
    }
    if (libc.isOlderThan(TOKENIZERS_GLIBC)) {
      problems.add(
          libc
              + " is too old: the tokenizers need 2."
              + TOKENIZERS_GLIBC
              + ", ONNX Runtime 2."
              + ONNX_RUNTIME_GLIBC
              + "; use a newer image");
    }
    return system;
  }

  private static Map<String, String> limits(Host host) {
    Map<String, String> limits = new LinkedHashMap<>();
    ControlGroup group = ControlGroup.of(host);
    limits.put(
        "processors",
        Runtime.getRuntime().availableProcessors()
            + " for this JVM, cgroup quota "
            + (group.processors() > 0 ? String.valueOf(group.processors()) : "none"));
    limits.put("heap at most", mebibytes(Runtime.getRuntime().maxMemory()));
    limits.put(
        "memory of the cgroup",
        group.memoryBytes() > 0 ? mebibytes(group.memoryBytes()) : "no limit");
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean machine) {
      limits.put("memory of the machine", mebibytes(machine.getTotalMemorySize()));
    }
    return limits;
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  private static Map<String, String> folders(
      Host host, NativeLibraries libraries, List<String> problems) {
    Map<String, String> folders = new LinkedHashMap<>();
    TemporaryFolder temporary = TemporaryFolder.of(host, host.property("java.io.tmpdir"));
    folders.put("java.io.tmpdir", temporary.toString());
    if (!temporary.writable()) {
      problems.add(
          "java.io.tmpdir "
              + temporary.path()
              + " is not writable, so no library can be unpacked there; name another by"
              + " -Djava.io.tmpdir=FOLDER");
    }
    if (temporary.noExecution()) {
      problems.add(
          "java.io.tmpdir "
              + temporary.path()
              + " is mounted noexec, so no library in it can be loaded; name another by"
              + " -Djava.io.tmpdir=FOLDER");
    }
    TemporaryFolder cache = TemporaryFolder.of(host, libraries.unpackedTokenizers());
    folders.put(
        "tokenizers' cache",
        cache.path() + (cache.noExecution() ? ", mounted noexec" : "")); // made when needed
    if (cache.noExecution()) {
      problems.add(
          "the cache "
              + cache.path()
              + " of the tokenizers' library is mounted noexec; name another by"
              + " -DENGINE_CACHE_DIR=FOLDER");
    }
    return folders;
  }

  private static Map<String, String> onnxRuntime(NativeLibraries libraries, List<String> problems) {
    Map<String, String> found = new LinkedHashMap<>(libraries.onnxRuntimeSettings());
    List<String> artifacts = libraries.onnxRuntimeArtifacts();
    found.put("artifact", artifacts.isEmpty() ? "NOT on the class path" : list(artifacts));
    found.put("kind", libraries.hasCudaProvider() ? "GPU" : "CPU");
    if (artifacts.isEmpty() && libraries.onnxRuntimeSettings().isEmpty()) {
      problems.add(
          "the class path has no native library of ONNX Runtime for "
              + libraries.platform()
              + "; add com.microsoft.onnxruntime:onnxruntime, or name your own build by"
              + " -Donnxruntime.native.path=FOLDER");
    }
    if (artifacts.size() > 1) {
      problems.add(
          "ONNX Runtime is on the class path "
              + artifacts.size()
              + " times ("
              + list(artifacts)
              + "); keep one of onnxruntime and onnxruntime_gpu");
    }
    return found;
  }

  private static Map<String, String> tokenizers(NativeLibraries libraries, List<String> problems) {
    Map<String, String> found = new LinkedHashMap<>(libraries.tokenizerSettings());
    List<String> artifacts = libraries.tokenizerArtifacts();
    found.put("artifact", artifacts.isEmpty() ? "NOT on the class path" : list(artifacts));
    if (artifacts.isEmpty() && !found.containsKey("RUST_LIBRARY_PATH")) {
      problems.add(
          "the class path has no native library of the tokenizers for "
              + libraries.platform()
              + "; add ai.djl.huggingface:tokenizers");
    }
    return found;
  }

  private static Map<String, String> cuda(Host host, NativeLibraries libraries) {
    Map<String, String> found = new LinkedHashMap<>();
    if (!host.isLinux()) {
      found.put("libraries", "looked for on Linux only");
      return found;
    }
    CudaLibraries cuda = CudaLibraries.of(host);
    found.put(
        "usable",
        !libraries.hasCudaProvider()
            ? "no, ONNX Runtime is the CPU artifact"
            : cuda.missing().isEmpty() ? "yes" : "no, missing " + list(cuda.missing()));
    cuda.found().forEach((name, path) -> found.put(name, path.isEmpty() ? "not found" : path));
    found.put("looked in", list(cuda.searched()));
    return found;
  }

  private static String list(List<String> values) {
    return String.join(", ", values);
  }

  /**
   * The same after an attempt to load ONNX Runtime, with how that went; a failure is a problem, not
   * an exception.
   */
  public Diagnostics tryNative() {
    Map<String, Map<String, String>> more = new LinkedHashMap<>(sections);
    List<String> all = new ArrayList<>(problems);
    Map<String, String> found = new LinkedHashMap<>();
    try {
      found.put("ONNX Runtime", "loaded, version " + OnnxEnvironment.version());
    } catch (RuntimeException | LinkageError e) {
      found.put("ONNX Runtime", String.valueOf(e.getMessage()));
      all.add("ONNX Runtime cannot be loaded");
    }
    more.put("native", found);
    return new Diagnostics(more, all);
  }

  /** One line for an error message: the problems, or else the system in a few words. */
  public String summary() {
    String system = String.join(", ", sections.getOrDefault("system", Map.of()).values());
    return problems.isEmpty()
        ? system + ", " + sections.getOrDefault("folders", Map.of()).get("java.io.tmpdir")
        : system + ": " + String.join("; ", problems);
  }

  /** The report as text, a line for each value. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    sections.forEach(
        (section, values) -> {
          text.append(section).append('\n');
          values.forEach(
              (name, value) ->
                  text.append("  ").append(name).append(": ").append(value).append('\n'));
        });
    text.append(problems.isEmpty() ? "no problem found\n" : "problems\n");
    problems.forEach(problem -> text.append("  - ").append(problem).append('\n'));
    return text.toString();
  }
}
