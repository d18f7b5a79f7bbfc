package io.parlance.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.parlance.CancelledException;
import io.parlance.Execution;
import io.parlance.InvalidInputException;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.NativeLibraryException;
import io.parlance.NlpException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A loaded graph, ready to run. One session serves any number of threads at once.
 *
 * <p>{@link #close()} may be called at any time, also twice and also while other threads run the
 * graph: it waits for them. A run that starts afterwards throws {@link IllegalStateException}.
 */
public final class Session implements AutoCloseable {
  private final String name;
  private final OrtSession ort;
  private final OrtSession.SessionOptions
      options; // ONNX Runtime needs them as long as the session lives
  private final Map<String, TensorDescription> inputs;
  private final Map<String, TensorDescription> outputs;
  private final Execution execution;
  private final CallGate gate;
  private final Map<String, String> nativeNames; // of those that are called otherwise in the graph

  private Session(
      String name, OrtSession ort, OrtSession.SessionOptions options, Execution execution)
      throws OrtException {
    this.name = name;
    this.execution = execution;
    this.gate = new CallGate(name);
    this.ort = ort;
    this.options = options;
    this.inputs = describe("input", ort.getInputNames(), ort.getInputInfo());
    this.outputs = describe("output", ort.getOutputNames(), ort.getOutputInfo());
    this.nativeNames = Map.of();
  }

  private Session(Session other, Map<String, String> usual) {
    this.name = other.name;
    this.execution = other.execution;
    this.gate = other.gate;
    this.ort = other.ort;
    this.options = other.options;
    this.inputs = rename(other.inputs, usual);
    this.outputs = rename(other.outputs, usual);
    Map<String, String> back = new LinkedHashMap<>();
    usual.forEach((inGraph, called) -> back.put(called, inGraph));
    this.nativeNames = Map.copyOf(back);
  }

  private static Map<String, TensorDescription> rename(
      Map<String, TensorDescription> described, Map<String, String> usual) {
    Map<String, TensorDescription> renamed = new LinkedHashMap<>();
    described.forEach(
        (each, description) -> {
          String called = usual.getOrDefault(each, each);
          renamed.put(called, description.withName(called));
        });
    return Collections.unmodifiableMap(renamed);
  }

  /**
   * The same session under other names of inputs and outputs; it takes the place of this one, which
   * is not used any more.
   *
   * @param usual for each name in the graph what it is called from now on; the rest stays
   */
  public Session renamed(Map<String, String> usual) {
    return usual.isEmpty() ? this : new Session(this, usual);
  }

  private String inGraph(String called) {
    return nativeNames.getOrDefault(called, called);
  }

  /**
   * Loads a graph from a file; weights in files next to it are found.
   *
   * @throws ModelNotFoundException if there is no such file
   * @throws ModelUnusableException if it is not a graph that ONNX Runtime can run
   */
  public static Session load(Path onnx, SessionOptions options) {
    if (!Files.isRegularFile(onnx)) {
      throw new ModelNotFoundException("there is no ONNX file " + onnx.toAbsolutePath());
    }
    return open(
        onnx.toString(), sizeOf(onnx), options, (ort, o) -> ort.createSession(onnx.toString(), o));
  }

  /**
   * Loads a graph from memory; its weights must be inside.
   *
   * @param nameForMessages what error messages call it
   * @throws ModelUnusableException if it is not a graph that ONNX Runtime can run
   */
  public static Session load(byte[] model, String nameForMessages, SessionOptions options) {
    return open(nameForMessages, model.length, options, (ort, o) -> ort.createSession(model, o));
  }

  /**
   * As {@link #load(byte[], String, SessionOptions)}, from the remaining bytes; the buffer is not
   * changed.
   */
  public static Session load(ByteBuffer model, String nameForMessages, SessionOptions options) {
    if (model.isDirect()) {
      return open(
          nameForMessages,
          model.remaining(),
          options,
          (ort, o) -> ort.createSession(model.slice(), o));
    }
    byte[] bytes = new byte[model.remaining()];
    model.duplicate().get(bytes);
    return load(bytes, nameForMessages, options);
  }

  private static long sizeOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new ModelUnusableException(file + " cannot be read: " + e, e);
    }
  }

  private interface Opener {
    OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions options)
        throws OrtException;
  }

  /**
   * Begins to load ONNX Runtime in the background. If that fails, the first session says so.
   *
   * @param execution where sessions will run
   */
  public static void prepare(Execution execution) {
    OnnxEnvironment.prepare(execution.threads());
  }

  private static Session open(String name, long bytes, SessionOptions options, Opener opener) {
    if (bytes == 0) {
      throw new ModelUnusableException(name + " is empty (0 bytes); an ONNX graph was expected");
    }
    Execution execution = options.execution();
    if (execution.device() == Execution.Device.CUDA && execution.cpuFallback()) {
      try {
        return openThere(name, bytes, options, opener);
      } catch (NativeLibraryException e) {
        LoggerFactory.getLogger(Session.class).warn("{} runs on the CPU: {}", name, e.getMessage());
        Execution cpu =
            Execution.cpu()
                .threads(execution.threads())
                .threadsPerRun(execution.threadsPerRun())
                .orCpu();
        return openThere(name, bytes, options.withExecution(cpu), opener);
      }
    }
    return openThere(name, bytes, options, opener);
  }

  private static Session openThere(String name, long bytes, SessionOptions options, Opener opener) {
    OrtSession.SessionOptions opened = null;
    OrtSession ort = null;
    try {
      opened = OnnxEnvironment.sessionOptions(options);
      ort = opener.open(OnnxEnvironment.get().ort(), opened);
      Session session = new Session(name, ort, opened, options.execution());
      NativeHandles.opened();
      return session;
    } catch (OrtException e) {
      closeQuietly(ort, opened, e);
      throw unusable(name, bytes, options.execution(), e);
    } catch (RuntimeException | Error e) {
      closeQuietly(ort, opened, e);
      throw e;
    }
  }

  private static NlpException unusable(
      String name, long bytes, Execution execution, OrtException cause) {
    String message = String.valueOf(cause.getMessage());
    if (execution.device() == Execution.Device.CUDA && message.contains("CUDA")) {
      return OnnxEnvironment.cudaUnusable(execution.deviceIndex(), cause);
    }
    return new ModelUnusableException(
        name
            + " ("
            + bytes
            + " bytes) cannot be loaded as an ONNX graph, it may be truncated, of a newer format or"
            + " miss its external data: "
            + message,
        cause);
  }

  private static void closeQuietly(
      @Nullable OrtSession ort, OrtSession.@Nullable SessionOptions options, Throwable reason) {
    try {
      if (ort != null) {
        ort.close();
      }
    } catch (OrtException e) {
      reason.addSuppressed(e);
    }
    if (options != null) {
      options.close();
    }
  }

  private Map<String, TensorDescription> describe(
      String role, Set<String> names, Map<String, NodeInfo> infos) {
    Map<String, TensorDescription> described = new LinkedHashMap<>();
    for (String each : names) {
      NodeInfo info = infos.get(each);
      if (info == null) {
        throw new ModelUnusableException(
            name + ": ONNX Runtime does not describe " + role + " '" + each + "'");
      }
      described.put(each, OnnxTypes.describe(name, role, each, info));
    }
    return Collections.unmodifiableMap(described);
  }

  /** The name that messages use: the file, or what was given for it. */
  public String name() {
    return name;
  }

  /** Where the session runs: what was asked for, or the CPU if that is its fallback. */
  public Execution execution() {
    return execution;
  }

  /** What the graph takes, in its order. */
  public Map<String, TensorDescription> inputs() {
    return inputs;
  }

  /** What the graph gives, in its order. */
  public Map<String, TensorDescription> outputs() {
    return outputs;
  }

  /** Runs the graph for all its outputs. See {@link #run(Map, Collection, Map, RunControl)}. */
  public Outputs run(Map<String, Tensor> given) {
    return run(given, outputs.keySet(), Map.of(), null);
  }

  /**
   * Runs the graph.
   *
   * @param given a tensor for each input
   * @param outputNames the outputs that the run allocates; names that are also pinned are taken as
   *     pinned
   * @param pinnedOutputs outputs that are written into the given tensors. The same tensor may be an
   *     input too; that is right only if the graph reads it nowhere after it has written it, which
   *     nobody checks.
   * @param control stops the run from outside, or null
   * @return the outputs that were asked for; to be closed
   * @throws InvalidInputException if names, types, or sizes do not fit the graph; nothing has run
   *     then
   * @throws IllegalStateException if the session or a tensor is closed
   */
  public Outputs run(
      Map<String, Tensor> given,
      Collection<String> outputNames,
      Map<String, Tensor> pinnedOutputs,
      @Nullable RunControl control) {
    SignatureCheck.checkInputs(name, inputs, given);
    SignatureCheck.checkPinned(name, outputs, pinnedOutputs);
    Set<String> wanted = new LinkedHashSet<>();
    for (String each : outputNames) {
      SignatureCheck.checkOutput(name, outputs, each);
      if (!pinnedOutputs.containsKey(each)) {
        wanted.add(each);
      }
    }
    if (wanted.isEmpty() && pinnedOutputs.isEmpty()) {
      throw new InvalidInputException(
          name + ": no output was asked for; the graph has " + outputs.keySet());
    }
    List<Tensor> leased = new ArrayList<>(given.size() + pinnedOutputs.size());
    try {
      Map<String, OnnxTensor> nativeInputs = lease(given, leased);
      Map<String, OnnxTensor> nativePinned = lease(pinnedOutputs, leased);
      List<OnnxValue> results = runNative(given, nativeInputs, wanted, nativePinned, control);
      return collect(wanted, results, pinnedOutputs);
    } finally {
      leased.forEach(Tensor::release);
    }
  }

  private Map<String, OnnxTensor> lease(Map<String, Tensor> tensors, List<Tensor> leased) {
    Map<String, OnnxTensor> handles = new LinkedHashMap<>();
    tensors.forEach(
        (each, tensor) -> {
          handles.put(inGraph(each), tensor.lease());
          leased.add(tensor);
        });
    return handles;
  }

  private List<OnnxValue> runNative(
      Map<String, Tensor> given,
      Map<String, OnnxTensor> nativeInputs,
      Set<String> wanted,
      Map<String, OnnxTensor> nativePinned,
      @Nullable RunControl control) {
    try (ActiveRun run = new ActiveRun();
        CallGate.Entry inside = gate.enter(run::terminate);
        RunControl.Registration stop = register(control, run)) {
      try {
        Set<String> named = new LinkedHashSet<>();
        wanted.forEach(each -> named.add(inGraph(each)));
        OrtSession.Result result = ort.run(nativeInputs, named, nativePinned, run.options());
        List<OnnxValue> values = new ArrayList<>();
        for (String each : named) {
          values.add(result.get(each).orElseThrow());
        }
        return values;
      } catch (OrtException e) {
        throw failure(e, run, control, given);
      }
    } catch (OrtException e) {
      throw new NlpException(
          name + ": ONNX Runtime refuses to prepare a run: " + e.getMessage(), e);
    }
  }

  private static RunControl.@Nullable Registration register(
      @Nullable RunControl control, ActiveRun run) {
    return control == null ? null : control.onStop(run::terminate);
  }

  private NlpException failure(
      OrtException cause, ActiveRun run, @Nullable RunControl control, Map<String, Tensor> given) {
    if (run.isTerminated()) {
      if (control != null) {
        control.check();
      }
      return new CancelledException(
          name + ": the run was stopped because the model is being closed", cause);
    }
    return new NlpException(
        name + ": running the graph failed with inputs " + given + ": " + cause.getMessage(),
        cause);
  }

  private static Outputs collect(
      Set<String> wanted, List<OnnxValue> results, Map<String, Tensor> pinnedOutputs) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    int index = 0;
    try {
      for (String each : wanted) {
        tensors.put(each, Tensor.owning((OnnxTensor) results.get(index)));
        index++;
      }
    } catch (RuntimeException e) { // an output beyond 2 GiB
      tensors.values().forEach(Tensor::close);
      results.subList(index, results.size()).forEach(OnnxValue::close);
      throw e;
    }
    tensors.putAll(pinnedOutputs);
    return new Outputs(tensors, Set.copyOf(pinnedOutputs.keySet()));
  }

  /** Waits for the runs in flight, then frees the session. */
  @Override
  public void close() {
    close(false);
  }

  /**
   * Frees the session when the runs in flight are over.
   *
   * @param terminate whether to stop them at their next node; they throw {@link CancelledException}
   */
  public void close(boolean terminate) {
    gate.close(
        terminate,
        () -> {
          try {
            ort.close();
          } catch (OrtException e) {
            throw new NlpException(
                name + ": ONNX Runtime refuses to close the session: " + e.getMessage(), e);
          } finally {
            options.close();
            NativeHandles.closed();
          }
        });
  }

  @Override
  public String toString() {
    return name + " " + inputs + " -> " + outputs;
  }
}
