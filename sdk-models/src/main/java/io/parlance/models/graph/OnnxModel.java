package io.parlance.models.graph;

import io.parlance.runtime.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A graph together with the values of its parameters, as an ONNX file holds them. Owns the tensors.
 *
 * @param graph the graph; its parameters are the file's weights under their names there
 * @param weights the values of the parameters, by name
 * @param operatorSets versions of the operator sets beside the standard one, by domain
 * @param metadata texts about the model
 */
public record OnnxModel(
    Graph graph,
    Map<String, Tensor> weights,
    Map<String, Long> operatorSets,
    Map<String, String> metadata)
    implements AutoCloseable {

  public OnnxModel {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    operatorSets = Collections.unmodifiableMap(new LinkedHashMap<>(operatorSets));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** A writer of this model with all its inputs, weights and texts. */
  public OnnxWriter writer() {
    return OnnxWriter.of(graph)
        .keepAllInputs()
        .weights(weights)
        .operatorSets(operatorSets)
        .metadata(metadata);
  }

  /** Frees the weights. */
  @Override
  public void close() {
    weights.values().forEach(Tensor::close);
  }
}
