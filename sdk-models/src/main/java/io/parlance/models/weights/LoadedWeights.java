package io.parlance.models.weights;

import io.parlance.runtime.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights that were read from files. Whoever loads them closes them.
 *
 * @param tensors the FLOAT32 values by parameter name, in the order in which the parameters were
 *     given
 * @param newParameters parameters that are to be initialized because the files do not have them
 * @param unused names of stored tensors that the model has no place for
 */
public record LoadedWeights(
    Map<String, Tensor> tensors, List<String> newParameters, List<String> unused)
    implements AutoCloseable {

  public LoadedWeights {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    newParameters = List.copyOf(newParameters);
    unused = List.copyOf(unused);
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
  }
}
