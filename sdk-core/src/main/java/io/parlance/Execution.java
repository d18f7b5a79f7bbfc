package io.parlance;

/**
 * Where graphs run and on how many threads. Immutable.
 *
 * @param device the kind of processor
 * @param deviceIndex which of several GPUs, from 0; 0 for the CPU
 * @param threads threads that compute on the CPU, all runs together; {@link #DEFAULT_THREADS}
 *     leaves the choice to the SDK (the processors that the JVM may use, at most the physical
 *     cores)
 * @param threadsPerRun how many of them work on one run; {@link #DEFAULT_THREADS} leaves the choice
 *     to the task: encoders compute as many runs at once as there are threads, which gives the most
 *     texts a second, and generation puts all threads into one run, because its memory traffic is
 *     shared
 * @param cpuFallback whether a session runs on the CPU, with a warning in the log, where the GPU
 *     cannot be used
 */
public record Execution(
    Device device, int deviceIndex, int threads, int threadsPerRun, boolean cpuFallback) {
  /** Value of {@link #threads()} that leaves the number to the SDK. */
  public static final int DEFAULT_THREADS = 0;

  /** Kinds of processor. */
  public enum Device {
    CPU,
    CUDA
  }

  public Execution {
    if (deviceIndex < 0) {
      throw new InvalidInputException("device index " + deviceIndex + " must not be negative");
    }
    check("thread count ", threads);
    check("thread count per run ", threadsPerRun);
    if (threads != DEFAULT_THREADS && threadsPerRun > threads) {
      throw new InvalidInputException(
          threadsPerRun + " threads per run are more than all " + threads + " threads");
    }
  }

  private static void check(String what, int threads) {
    if (threads < DEFAULT_THREADS) {
      throw new InvalidInputException(
          what + threads + " must be positive (or " + DEFAULT_THREADS + " for the SDK's choice)");
    }
  }

  /** On the CPU, with the SDK's choice of threads. */
  public static Execution cpu() {
    return new Execution(Device.CPU, 0, DEFAULT_THREADS, DEFAULT_THREADS, false);
  }

  /**
   * On an NVIDIA GPU. Needs the artifact {@code com.microsoft.onnxruntime:onnxruntime_gpu} in place
   * of {@code onnxruntime}, and CUDA 12; creating a session fails with {@link
   * NativeLibraryException} without them, or falls back if {@link #orCpu()} says so.
   *
   * @param deviceIndex which GPU, from 0
   */
  public static Execution cuda(int deviceIndex) {
    return new Execution(Device.CUDA, deviceIndex, DEFAULT_THREADS, DEFAULT_THREADS, false);
  }

  /**
   * Reads {@code cpu}, {@code cuda} or {@code cuda:N}, as the command line and configuration files
   * spell it.
   *
   * @throws InvalidInputException for anything else
   */
  public static Execution parse(String text) {
    if (text.equals("cpu")) {
      return cpu();
    }
    if (text.equals("cuda")) {
      return cuda(0);
    }
    if (text.matches("cuda:\\d{1,4}")) {
      return cuda(Integer.parseInt(text.substring("cuda:".length())));
    }
    throw new InvalidInputException("execution '" + text + "' is unknown; use cpu, cuda or cuda:N");
  }

  /**
   * The same on the given number of threads.
   *
   * @param threads at least 1, or {@link #DEFAULT_THREADS}
   */
  public Execution threads(int threads) {
    return new Execution(device, deviceIndex, threads, threadsPerRun, cpuFallback);
  }

  /**
   * The same with the given number of threads in each run: all of them for the shortest time to a
   * single result, one for the most results a second.
   *
   * @param threads at least 1, or {@link #DEFAULT_THREADS}
   */
  public Execution threadsPerRun(int threads) {
    return new Execution(device, deviceIndex, this.threads, threads, cpuFallback);
  }

  /**
   * The same, but on the CPU where the GPU cannot be used: each session then logs a warning that
   * says why, and tells by {@code Session.execution()} where it really runs.
   */
  public Execution orCpu() {
    return new Execution(device, deviceIndex, threads, threadsPerRun, true);
  }

  @Override
  public String toString() {
    String where =
        device == Device.CPU ? "cpu" : "cuda:" + deviceIndex + (cpuFallback ? " or cpu" : "");
    return threads == DEFAULT_THREADS ? where : where + ", " + threads + " threads";
  }
}
