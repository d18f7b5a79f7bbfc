package io.parlance.models.training;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sets of gradients that are added up in place, in native memory. */
final class GradientSums {

  private static final String OTHER = "other/";
  private static final String SUM = "sum/";
  private static final byte[] ZEROS = new byte[1 << 16];

  private GradientSums() {}

  /**
   * {@code before + gradient}, without a pass of its own where the operator that gives the gradient
   * can add: a matrix product or a scatter into zeros. {@code before} is read by one node only, so
   * that the sum may take its memory.
   */
  static Value add(Value before, Value gradient) {
    Node producer = gradient.producer();
    if (producer != null) {
      Graph graph = gradient.graph();
      if (producer.operator().equals("Gemm") && !producer.hasInput(2)) {
        return graph
            .append(
                "Gemm",
                List.of(producer.input(0), producer.input(1), before),
                producer.attributes())
            .output();
      }
      if (producer.operator().equals("ScatterND")
          && producer.text("reduction", "none").equals("add")
          && isZeros(producer.input(0))) {
        return graph
            .append(
                "ScatterND",
                List.of(before, producer.input(1), producer.input(2)),
                producer.attributes())
            .output();
      }
      if (producer.operator().equals("Add")
          && producer.input(0).shape().equals(gradient.shape())
          && producer.input(1).shape().equals(gradient.shape())) {
        return add(add(before, producer.input(0)), producer.input(1));
      }
    }
    return Operators.add(before, gradient);
  }

  private static boolean isZeros(Value value) {
    Node producer = value.producer();
    return producer != null && producer.operator().equals("ConstantOfShape");
  }

  /** Sets every element to zero. */
  static void clear(Iterable<Tensor> tensors) {
    for (Tensor tensor : tensors) {
      ByteBuffer bytes = tensor.buffer();
      while (bytes.hasRemaining()) {
        bytes.put(ZEROS, 0, Math.min(ZEROS.length, bytes.remaining()));
      }
    }
  }

  /** A session that adds one set of gradients to another; see {@link #addAll}. */
  static Session session(Map<String, Tensor> gradients, SessionOptions options) {
    Graph graph = Graph.training("sums of gradients");
    Map<String, Value> sums = new LinkedHashMap<>();
    gradients.forEach(
        (name, tensor) -> {
          Shape shape = Shape.fixed(tensor.shape());
          Value first = graph.input(name, tensor.type(), shape);
          sums.put(
              SUM + name, Operators.add(first, graph.input(OTHER + name, tensor.type(), shape)));
        });
    return Session.load(
        OnnxWriter.of(graph).outputs(sums).toBuffer(), "sums of gradients", options);
  }

  /** {@code target += other}, element by element; safe in place, because each is read once. */
  static void addAll(Session session, Map<String, Tensor> target, Map<String, Tensor> other) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(target);
    Map<String, Tensor> pinned = new LinkedHashMap<>();
    target.forEach((name, tensor) -> pinned.put(SUM + name, tensor));
    other.forEach((name, tensor) -> inputs.put(OTHER + name, tensor));
    session.run(inputs, List.of(), pinned, null).close();
  }
}
