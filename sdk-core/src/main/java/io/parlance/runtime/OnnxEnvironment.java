package io.parlance.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import io.parlance.Execution;
import io.parlance.NativeLibraryException;
import io.parlance.NlpException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The one ONNX Runtime environment of the process, made with the first session. It has one pool of
 * threads for all sessions: with a pool for each session the idle threads of the others spin and
 * take the processors away (measured: four sessions in turn are 3.8 times slower).
 */
final class OnnxEnvironment {
  private static @Nullable OnnxEnvironment instance; // guarded by the class
  private static @Nullable NativeLibraryException failure; // guarded by the class

  private final OrtEnvironment ort;
  private final int poolThreads; // 0 where somebody else made the environment, without a pool

  private OnnxEnvironment(OrtEnvironment ort, int poolThreads) {
    this.ort = ort;
    this.poolThreads = poolThreads;
  }

  static OnnxEnvironment get() {
    return get(Execution.DEFAULT_THREADS);
  }

  private static synchronized OnnxEnvironment get(int requestedThreads) {
    OnnxEnvironment made = instance;
    if (made == null) {
      NativeLibraryException known = failure; // classes that failed to load do not say why twice
      if (known != null) {
        throw new NativeLibraryException(String.valueOf(known.getMessage()), known.getCause());
      }
      // sessions of one thread need no pool, so they leave its size to those that come later
      int threads = requestedThreads <= 1 ? defaultThreads() : requestedThreads;
      try {
        made = EnvironmentThread.call(() -> create(threads));
      } catch (NativeLibraryException e) {
        failure = e;
        throw e;
      }
      instance = made;
    }
    return made;
  }

  /**
   * Begins to make it, so that it is there when the first model folder has been read: the library
   * takes half of the time that a process needs to its first result.
   */
  static void prepare(int threads) {
    if (decided()) {
      return;
    }
    Thread thread =
        new Thread(
            () -> {
              try {
                get(threads);
              } catch (RuntimeException e) {
                LoggerFactory.getLogger(OnnxEnvironment.class)
                    .debug("the first session will say this again", e);
              }
            },
            "parlance-prepare");
    thread.setDaemon(true);
    thread.start();
  }

  private static synchronized boolean decided() {
    return instance != null || failure != null;
  }

  private static OnnxEnvironment create(int threads) {
    // ONNX Runtime would also print every error that it reports to us; ours are thrown
    OrtLoggingLevel level = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
    try (OrtEnvironment.ThreadingOptions pool = new OrtEnvironment.ThreadingOptions()) {
      pool.setGlobalIntraOpNumThreads(threads);
      pool.setGlobalInterOpNumThreads(1);
      OrtEnvironment made = OrtEnvironment.getEnvironment(level, "parlance", pool);
      keepUntilTheProcessEnds(level);
      return new OnnxEnvironment(made, threads);
    } catch (IllegalStateException existsAlready) {
      // another library of this process was first; its environment is shared, sessions bring their
      // own threads
      return new OnnxEnvironment(OrtEnvironment.getEnvironment(), 0);
    } catch (OrtException e) {
      throw new NlpException(
          "ONNX Runtime refuses a pool of " + threads + " threads: " + e.getMessage(), e);
    } catch (LinkageError | RuntimeException e) {
      throw missing(e);
    }
  }

  /**
   * ONNX Runtime frees the environment in a shutdown hook, under the feet of runs that are still
   * going on, and the JVM crashes instead of ending (onnxruntime issue 31352). The environment is
   * counted natively, so one more reference, which only its private constructor's native method
   * gives, keeps it until the operating system takes everything. Where that method is not what it
   * was, an application must close its sessions before it exits.
   */
  private static void keepUntilTheProcessEnds(OrtLoggingLevel level) {
    try {
      Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
      Method create =
          OrtEnvironment.class.getDeclaredMethod(
              "createHandle", long.class, int.class, String.class);
      api.setAccessible(true);
      create.setAccessible(true);
      create.invoke(null, api.getLong(null), level.getValue(), "parlance");
    } catch (ReflectiveOperationException | RuntimeException e) {
      LoggerFactory.getLogger(OnnxEnvironment.class)
          .debug("ONNX Runtime's environment cannot be kept beyond its shutdown hook", e);
    }
  }

  private static NativeLibraryException missing(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new NativeLibraryException(
        "the native library of ONNX Runtime cannot be loaded on "
            + System.getProperty("os.name")
            + "/"
            + System.getProperty("os.arch")
            + " ("
            + root
            + "). "
            + Diagnostics.read().summary()
            + ". com.microsoft.onnxruntime:onnxruntime brings it for linux x86-64 and aarch64"
            + " (glibc 2.28 or newer), macOS aarch64 and Windows x86-64; elsewhere name a folder"
            + " with your own build by -Donnxruntime.native.path=FOLDER",
        cause);
  }

  /**
   * The processors this JVM may use, at most as many as there are physical cores, where that is
   * known.
   */
  static int defaultThreads() {
    int processors = Runtime.getRuntime().availableProcessors();
    int cores = physicalCores();
    return cores > 0 ? Math.min(processors, cores) : processors;
  }

  private static int physicalCores() {
    Set<String> siblings = new HashSet<>();
    Path folder = Path.of("/sys/devices/system/cpu");
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (DirectoryStream<Path> processors = Files.newDirectoryStream(folder, "cpu[0-9]*")) {
      for (Path processor : processors) {
        Path list = processor.resolve("topology/thread_siblings_list");
        if (Files.isReadable(list)) {
          siblings.add(Files.readString(list).strip());
        }
      }
    } catch (IOException e) {
      return 0; // only a refinement of the default
    }
    return siblings.size();
  }

  OrtEnvironment ort() {
    return ort;
  }

  /** The version of the loaded library. */
  static String version() {
    return get().ort.getVersion();
  }

  /** Opens native options for one session; the caller closes them after the session. */
  static OrtSession.SessionOptions sessionOptions(SessionOptions options) throws OrtException {
    OnnxEnvironment environment = get(options.execution().threads());
    OrtSession.SessionOptions opened = new OrtSession.SessionOptions();
    try {
      environment.fill(opened, options);
      return opened;
    } catch (OrtException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void fill(OrtSession.SessionOptions opened, SessionOptions options) throws OrtException {
    opened.setOptimizationLevel(
        switch (options.optimization()) {
          case NONE -> OrtSession.SessionOptions.OptLevel.NO_OPT;
          case BASIC -> OrtSession.SessionOptions.OptLevel.BASIC_OPT;
          case EXTENDED -> OrtSession.SessionOptions.OptLevel.EXTENDED_OPT;
          case ALL -> OrtSession.SessionOptions.OptLevel.ALL_OPT;
        });
    opened.setMemoryPatternOptimization(options.memoryPattern());
    opened.setCPUArenaAllocator(options.cpuArena());
    opened.setDeterministicCompute(options.deterministic());
    chooseThreads(opened, options.execution().threads());
    for (var entry : options.configEntries().entrySet()) {
      opened.addConfigEntry(entry.getKey(), entry.getValue());
    }
    if (options.execution().device() == Execution.Device.CUDA) {
      addCuda(opened, options.execution().deviceIndex());
    }
  }

  private void chooseThreads(OrtSession.SessionOptions opened, int requested) throws OrtException {
    boolean pool = poolThreads > 0;
    if (pool && (requested == Execution.DEFAULT_THREADS || requested == poolThreads)) {
      opened.disablePerSessionThreads();
      return;
    }
    opened.setIntraOpNumThreads(
        requested == Execution.DEFAULT_THREADS ? defaultThreads() : requested);
    opened.setInterOpNumThreads(1);
    opened.addConfigEntry("session.intra_op.allow_spinning", "0");
  }

  private static void addCuda(OrtSession.SessionOptions opened, int device) throws OrtException {
    if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
      throw new NativeLibraryException(
          "cuda:"
              + device
              + " was asked for, but the ONNX Runtime on the class path has no CUDA (it has "
              + OrtEnvironment.getAvailableProviders()
              + "); "
              + missingCuda()
              + "replace com.microsoft.onnxruntime:onnxruntime by onnxruntime_gpu of the same"
              + " version (linux and Windows x86-64), or use Execution.cpu() or orCpu()");
    }
    try {
      opened.addCUDA(device);
    } catch (OrtException e) {
      throw cudaUnusable(device, e);
    }
  }

  /** What a session says that asked for CUDA and did not get it. */
  static NativeLibraryException cudaUnusable(int device, OrtException cause) {
    return new NativeLibraryException(
        "cuda:"
            + device
            + " cannot be used: "
            + cause.getMessage()
            + "; "
            + missingCuda()
            + "it needs an NVIDIA driver and the CUDA 12 runtime "
            + CudaLibraries.NAMES
            + "; or use Execution.cpu() or orCpu()",
        cause);
  }

  /** Which libraries were looked for in vain, as the start of a sentence; empty if none. */
  private static String missingCuda() {
    List<String> missing = CudaLibraries.of(Host.here()).missing();
    return missing.isEmpty() ? "" : "this machine lacks " + String.join(", ", missing) + "; ";
  }
}
