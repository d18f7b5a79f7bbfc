package io.parlance.models.autodiff;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Value;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs values of a graph in ONNX Runtime. */
final class Evaluation implements AutoCloseable {

  private final Session session;

  Evaluation(Graph graph, Map<String, Value> outputs) {
    session =
        Session.load(
            OnnxWriter.of(graph).outputs(outputs).keepAllInputs().toBytes(),
            graph.name(),
            SessionOptions.defaults());
  }

  /** The outputs as flat arrays. */
  Map<String, double[]> run(Map<String, Tensor> inputs) {
    Map<String, Tensor> needed = new LinkedHashMap<>(inputs);
    needed.keySet().retainAll(session.inputs().keySet());
    try (Outputs outputs = session.run(needed)) {
      Map<String, double[]> values = new LinkedHashMap<>();
      for (String name : outputs.names()) {
        values.put(name, outputs.get(name).toDoubleArray());
      }
      return values;
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
