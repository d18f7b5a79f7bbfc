package io.parlance.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.Execution;
import io.parlance.InvalidInputException;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.NativeLibraryException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {
  private static final int FLOAT = DataType.FLOAT.getNumber();
  private static final SessionOptions OPTIONS = SessionOptions.defaults();

  private long before;

  @BeforeEach
  void count() {
    before = NativeHandles.live();
  }

  @AfterEach
  void nothingLeaks() {
    assertThat(NativeHandles.live()).isEqualTo(before);
  }

  /** next = weight - gradient * rate, and the gradient doubled. */
  private static byte[] descent() {
    return new TestGraph()
        .input("weight", FLOAT, "n")
        .input("gradient", FLOAT, "n")
        .input("rate", FLOAT)
        .node("Mul", List.of("gradient", "rate"), "step")
        .node("Sub", List.of("weight", "step"), "next")
        .node("Add", List.of("gradient", "gradient"), "doubled")
        .output("next", FLOAT, "n")
        .output("doubled", FLOAT, "n")
        .bytes();
  }

  /** Thousands of matrix products, some seconds of work: for runs that are stopped. */
  private static byte[] slow() {
    TestGraph graph = new TestGraph().input("x", FLOAT, 256, 256).node("Tanh", List.of("x"), "v0");
    int products = 20_000;
    for (int i = 0; i < products; i++) {
      graph.node("MatMul", List.of("v" + i, "x"), "v" + (i + 1));
    }
    return graph.output("v" + products, FLOAT, 256, 256).bytes();
  }

  private static Session load(byte[] model) {
    return Session.load(
        model, "test graph", OPTIONS.withOptimization(SessionOptions.Optimization.NONE));
  }

  @Test
  void describesItsSignature() {
    try (Session session = load(descent())) {
      assertThat(session.inputs().keySet()).containsExactly("weight", "gradient", "rate");
      assertThat(session.outputs().keySet()).containsExactly("next", "doubled");
      assertThat(session.inputs().get("weight"))
          .isEqualTo(
              new TensorDescription("weight", ElementType.FLOAT32, List.of(-1L), List.of("n")));
      assertThat(session.inputs().get("rate")).hasToString("FLOAT32[]");
    }
  }

  @Test
  void runs() {
    try (Session session = load(descent());
        Tensor weight = Tensor.of(new float[] {1, 2}, 2);
        Tensor gradient = Tensor.of(new float[] {10, 20}, 2);
        Tensor rate = Tensor.of(new float[] {0.5f});
        Outputs outputs =
            session.run(Map.of("weight", weight, "gradient", gradient, "rate", rate))) {
      assertThat(outputs.names()).containsExactly("next", "doubled");
      assertThat(outputs.get("next").shape()).containsExactly(2);
      assertThat(outputs.get("next").toFloatArray()).containsExactly(-4f, -8f);
      assertThat(outputs.get("next").floatAt(1)).isEqualTo(-8f);
      assertThat(outputs.get("next").buffer().getFloat(4)).isEqualTo(-8f);
      assertThat(outputs.get("doubled").toDoubleArray()).containsExactly(20, 40);
      assertThat(weight.toFloatArray()).containsExactly(1f, 2f);
    }
  }

  @Test
  void updatesAPinnedInputInPlace() {
    try (Session session = load(descent());
        Tensor weight = Tensor.of(new float[] {1, 2, 3}, 3);
        Tensor gradient = Tensor.of(new float[] {1, 0, -1}, 3);
        Tensor rate = Tensor.of(new float[] {0.25f})) {
      Map<String, Tensor> inputs = Map.of("weight", weight, "gradient", gradient, "rate", rate);
      for (int step = 0; step < 4; step++) {
        try (Outputs outputs =
            session.run(inputs, Set.of("doubled"), Map.of("next", weight), null)) {
          assertThat(outputs.get("next")).isSameAs(weight);
          assertThat(outputs.get("doubled").toFloatArray()).containsExactly(2f, 0f, -2f);
        }
      }
      assertThat(weight.toFloatArray()).containsExactly(0f, 2f, 4f);
      gradient.buffer().putFloat(0, 8f); // the next run sees what is written into the buffer
      session.run(inputs, Set.of(), Map.of("next", weight), null).close();
      assertThat(weight.toFloatArray()).containsExactly(-2f, 2f, 4.25f);
    }
  }

  @Test
  void feedsOutputsBack() {
    try (Session session = load(descent());
        Tensor weight = Tensor.of(new float[] {1}, 1);
        Tensor rate = Tensor.of(new float[] {1});
        Outputs first = session.run(Map.of("weight", weight, "gradient", weight, "rate", rate));
        Outputs second =
            session.run(Map.of("weight", first.get("doubled"), "gradient", weight, "rate", rate))) {
      assertThat(second.get("next").toFloatArray()).containsExactly(1f);
    }
  }

  @Test
  void runsEmptyTensors() {
    try (Session session = load(descent());
        Tensor none = Tensor.allocate(ElementType.FLOAT32, 0);
        Tensor rate = Tensor.of(new float[] {1});
        Outputs outputs = session.run(Map.of("weight", none, "gradient", none, "rate", rate))) {
      assertThat(outputs.get("next").shape()).containsExactly(0);
      assertThat(outputs.get("next").toFloatArray()).isEmpty();
    }
  }

  @Test
  void passesEveryElementTypeThrough() {
    Map<ElementType, DataType> types =
        Map.of(
            ElementType.FLOAT32, DataType.FLOAT,
            ElementType.FLOAT64, DataType.DOUBLE,
            ElementType.FLOAT16, DataType.FLOAT16,
            ElementType.BFLOAT16, DataType.BFLOAT16,
            ElementType.INT64, DataType.INT64,
            ElementType.INT32, DataType.INT32,
            ElementType.INT8, DataType.INT8,
            ElementType.UINT8, DataType.UINT8,
            ElementType.BOOL, DataType.BOOL);
    assertThat(types).containsOnlyKeys(ElementType.values());
    types.forEach(
        (type, onnx) -> {
          byte[] graph =
              new TestGraph()
                  .input("x", onnx.getNumber(), "n", 2)
                  .node("Identity", List.of("x"), "y")
                  .output("y", onnx.getNumber(), "n", 2)
                  .bytes();
          try (Session session = load(graph);
              Tensor x = Tensor.allocate(type, 3, 2)) {
            ByteBuffer bytes = x.buffer();
            while (bytes.hasRemaining()) {
              bytes.put((byte) (bytes.position() % 2));
            }
            try (Outputs outputs = session.run(Map.of("x", x))) {
              assertThat(outputs.get("y").type()).isEqualTo(type);
              assertThat(outputs.get("y").shape()).containsExactly(3, 2);
              assertThat(outputs.get("y").buffer()).isEqualTo(bytes.rewind());
            }
          }
        });
  }

  @Test
  void refusesInputsThatDoNotFit() {
    byte[] graph =
        new TestGraph()
            .input("x", FLOAT, "n", 2)
            .node("Neg", List.of("x"), "y")
            .output("y", FLOAT, "n", 2)
            .bytes();
    try (Session session = load(graph);
        Tensor good = Tensor.allocate(ElementType.FLOAT32, 1, 2);
        Tensor wide = Tensor.allocate(ElementType.FLOAT32, 1, 3);
        Tensor flat = Tensor.allocate(ElementType.FLOAT32, 2);
        Tensor longs = Tensor.allocate(ElementType.INT64, 1, 2)) {
      assertRefused(
          session,
          Map.of(),
          "test graph: input 'x' is missing; the graph takes {x=FLOAT32[n, 2]}, given were {}");
      assertRefused(
          session,
          Map.of("x", good, "z", good),
          "test graph: the graph has no input 'z'; it has [x]");
      assertRefused(
          session,
          Map.of("x", wide),
          "must be FLOAT32[n, 2], given was FLOAT32[1, 3]: dimension 1 must be 2");
      assertRefused(session, Map.of("x", flat), "the numbers of dimensions differ");
      assertRefused(session, Map.of("x", longs), "given was INT64[1, 2]: the element types differ");
      assertThatThrownBy(() -> session.run(Map.of("x", good), List.of("q"), Map.of(), null))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("test graph: the graph has no output 'q'; it has [y]");
      assertThatThrownBy(() -> session.run(Map.of("x", good), List.of(), Map.of("y", longs), null))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("output 'y' must be FLOAT32[n, 2]");
      assertThatThrownBy(() -> session.run(Map.of("x", good), List.of(), Map.of(), null))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("no output was asked for");
      good.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> session.run(Map.of("x", good)))
          .withMessageContaining("closed");
    }
  }

  private static void assertRefused(Session session, Map<String, Tensor> inputs, String message) {
    assertThatThrownBy(() -> session.run(inputs))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void namesShapesWhenNativeCodeFails() {
    try (Session session = load(descent());
        Tensor two = Tensor.of(new float[] {1, 2}, 2);
        Tensor three = Tensor.of(new float[] {1, 2, 3}, 3);
        Tensor rate = Tensor.of(new float[] {1})) {
      assertThatThrownBy(() -> session.run(Map.of("weight", two, "gradient", three, "rate", rate)))
          .hasMessageContaining("test graph: running the graph failed")
          .hasMessageContaining("weight=FLOAT32[2]")
          .hasMessageContaining("gradient=FLOAT32[3]");
    }
  }

  @Test
  void refusesWhatIsNoGraph(@TempDir Path folder) throws Exception {
    Path truncated = folder.resolve("model.onnx");
    byte[] whole = descent();
    Files.write(truncated, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> Session.load(truncated, OPTIONS))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining("model.onnx (" + whole.length / 2 + " bytes)")
        .hasMessageContaining("truncated");
    assertThatThrownBy(() -> Session.load(new byte[0], "nothing", OPTIONS))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining("nothing is empty");
    assertThatThrownBy(() -> Session.load(folder.resolve("absent.onnx"), OPTIONS))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("absent.onnx");
  }

  @Test
  void loadsFromFilesAndBuffers(@TempDir Path folder) throws Exception {
    byte[] model = descent();
    Path file = Files.write(folder.resolve("model.onnx"), model);
    ByteBuffer direct =
        ByteBuffer.allocateDirect(model.length + 3).position(3).put(model).position(3);
    try (Session fromFile = Session.load(file, OPTIONS);
        Session fromHeap = Session.load(ByteBuffer.wrap(model), "heap", OPTIONS);
        Session fromDirect = Session.load(direct, "direct", OPTIONS)) {
      assertThat(fromFile.inputs()).isEqualTo(fromHeap.inputs()).isEqualTo(fromDirect.inputs());
      assertThat(direct.position()).isEqualTo(3);
    }
  }

  @Test
  void runsOnEveryThreadCount() {
    for (int threads = 0; threads <= 3; threads++) {
      try (Session session =
              Session.load(
                  descent(), "graph", OPTIONS.withExecution(Execution.cpu().threads(threads)));
          Tensor x = Tensor.of(new float[] {4}, 1);
          Tensor rate = Tensor.of(new float[] {1});
          Outputs outputs = session.run(Map.of("weight", x, "gradient", x, "rate", rate))) {
        assertThat(outputs.get("next").toFloatArray()).containsExactly(0f);
      }
    }
  }

  @Test
  void saysWhatCudaNeeds() {
    assertThatThrownBy(
            () -> Session.load(descent(), "graph", OPTIONS.withExecution(Execution.cuda(0))))
        .isInstanceOf(NativeLibraryException.class)
        .hasMessageContaining("cuda:0 was asked for")
        .hasMessageContaining("onnxruntime_gpu");
  }

  @Test
  void runsOnTheCpuWithoutCudaWhenAskedTo() {
    SessionOptions options = OPTIONS.withExecution(Execution.cuda(0).orCpu().threads(1));
    try (Session session = Session.load(descent(), "graph", options)) {
      assertThat(session.execution()).isEqualTo(Execution.cpu().orCpu().threads(1));
    }
  }

  @Test
  void closesTwiceAndRefusesRunsAfterwards() {
    Session session = load(descent());
    session.close();
    session.close();
    session.close(true);
    try (Tensor x = Tensor.of(new float[] {4}, 1);
        Tensor rate = Tensor.of(new float[] {1})) {
      assertThatIllegalStateException()
          .isThrownBy(() -> session.run(Map.of("weight", x, "gradient", x, "rate", rate)))
          .withMessage("test graph is closed");
    }
  }

  @Test
  void closingWaitsForRunsInFlight() throws Exception {
    for (int round = 0; round < 20; round++) {
      Session session = load(descent());
      AtomicInteger finished = new AtomicInteger();
      AtomicReference<Throwable> unexpected = new AtomicReference<>();
      CountDownLatch running = new CountDownLatch(4);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Thread thread =
            new Thread(
                () -> {
                  try (Tensor x = Tensor.allocate(ElementType.FLOAT32, 10_000);
                      Tensor rate = Tensor.of(new float[] {1})) {
                    while (true) {
                      session.run(Map.of("weight", x, "gradient", x, "rate", rate)).close();
                      finished.incrementAndGet();
                      running.countDown();
                    }
                  } catch (IllegalStateException closed) {
                    running.countDown();
                  } catch (Throwable other) {
                    unexpected.set(other);
                    running.countDown();
                  }
                });
        thread.start();
        threads.add(thread);
      }
      running.await();
      session.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(unexpected.get()).isNull();
      assertThat(finished.get()).isPositive();
    }
  }

  @Test
  void closingATensorWaitsForItsRun() throws Exception {
    Session session = load(slow());
    Tensor x = Tensor.allocate(ElementType.FLOAT32, 256, 256);
    RunControl control = RunControl.create();
    Thread runner = start(session, x, control, new AtomicReference<>());
    x.close();
    control.cancel();
    runner.join();
    session.close();
  }

  @Test
  void cancels() throws Exception {
    RunControl control = RunControl.create();
    AtomicReference<Throwable> result = new AtomicReference<>();
    try (Session session = load(slow());
        Tensor x = Tensor.allocate(ElementType.FLOAT32, 256, 256)) {
      Thread runner = start(session, x, control, result);
      control.cancel();
      runner.join();
      assertThat(result.get())
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining("by its caller");
      assertThatThrownBy(
              () -> session.run(Map.of("x", x), session.outputs().keySet(), Map.of(), control))
          .isInstanceOf(CancelledException.class);
    }
  }

  @Test
  void keepsTheDeadline() {
    try (Session session = load(slow());
        Tensor x = Tensor.allocate(ElementType.FLOAT32, 256, 256)) {
      RunControl control = RunControl.withTimeout(Duration.ofMillis(50));
      assertThatThrownBy(
              () -> session.run(Map.of("x", x), session.outputs().keySet(), Map.of(), control))
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("PT0.05S");
    }
    assertThatThrownBy(() -> RunControl.withTimeout(Duration.ZERO))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void closingCanStopRunsInFlight() throws Exception {
    Session session = load(slow());
    AtomicReference<Throwable> result = new AtomicReference<>();
    try (Tensor x = Tensor.allocate(ElementType.FLOAT32, 256, 256)) {
      Thread runner = start(session, x, RunControl.create(), result);
      session.close(true);
      runner.join();
    }
    assertThat(result.get())
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("being closed");
  }

  /** Starts a run and returns once its tensor is in use by it. */
  private static Thread start(
      Session session, Tensor x, RunControl control, AtomicReference<Throwable> result)
      throws InterruptedException {
    Thread thread =
        new Thread(
            () -> {
              try (Outputs ignored =
                  session.run(Map.of("x", x), session.outputs().keySet(), Map.of(), control)) {
                result.set(new AssertionError("the run was not stopped"));
              } catch (Throwable thrown) {
                result.set(thrown);
              }
            });
    thread.start();
    while (control.runsInFlight() == 0 && thread.isAlive()) {
      Thread.onSpinWait();
    }
    return thread;
  }
}
