package io.parlance.runtime;

import io.parlance.Execution;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a graph is prepared and run. Immutable; start from {@link #defaults()}.
 *
 * @param execution where and on how many threads
 * @param optimization how far the graph is rewritten when it is loaded
 * @param memoryPattern plan memory for repeated equal shapes; costs up to 60 % more memory and
 *     gains nothing where shapes vary, so it is off by default
 * @param cpuArena keep freed CPU memory for the next run; on by default, runs are a quarter slower
 *     without
 * @param deterministic prefer kernels that give the same bits every time
 * @param configEntries settings handed to ONNX Runtime as they are, for example {@code
 *     session.disable_prepacking}
 */
public record SessionOptions(
    Execution execution,
    Optimization optimization,
    boolean memoryPattern,
    boolean cpuArena,
    boolean deterministic,
    Map<String, String> configEntries) {

  /** How far a graph is rewritten when it is loaded. */
  public enum Optimization {
    /** Runs the nodes as they are. */
    NONE,
    /** Folds constants and removes what does nothing. */
    BASIC,
    /** Also fuses nodes into faster ones. */
    EXTENDED,
    /** Also changes memory layouts. */
    ALL
  }

  public SessionOptions {
    configEntries = Map.copyOf(configEntries);
  }

  /** The CPU, every optimization, arena on, memory pattern off. */
  public static SessionOptions defaults() {
    return new SessionOptions(Execution.cpu(), Optimization.ALL, false, true, false, Map.of());
  }

  /** The threads that a session with these options uses for one operator on the CPU. */
  public int threads() {
    int requested = execution.threads();
    return requested == Execution.DEFAULT_THREADS ? OnnxEnvironment.defaultThreads() : requested;
  }

  /** The same with another place to run. */
  public SessionOptions withExecution(Execution value) {
    return new SessionOptions(
        value, optimization, memoryPattern, cpuArena, deterministic, configEntries);
  }

  /** The same with another optimization level. */
  public SessionOptions withOptimization(Optimization value) {
    return new SessionOptions(
        execution, value, memoryPattern, cpuArena, deterministic, configEntries);
  }

  /** The same with the memory pattern on or off. */
  public SessionOptions withMemoryPattern(boolean value) {
    return new SessionOptions(
        execution, optimization, value, cpuArena, deterministic, configEntries);
  }

  /** The same with the CPU arena on or off. */
  public SessionOptions withCpuArena(boolean value) {
    return new SessionOptions(
        execution, optimization, memoryPattern, value, deterministic, configEntries);
  }

  /** The same with deterministic kernels preferred or not. */
  public SessionOptions withDeterministic(boolean value) {
    return new SessionOptions(
        execution, optimization, memoryPattern, cpuArena, value, configEntries);
  }

  /** The same with one more setting for ONNX Runtime. */
  public SessionOptions withConfigEntry(String key, String value) {
    Map<String, String> entries = new LinkedHashMap<>(configEntries);
    entries.put(key, value);
    return new SessionOptions(
        execution, optimization, memoryPattern, cpuArena, deterministic, entries);
  }
}
