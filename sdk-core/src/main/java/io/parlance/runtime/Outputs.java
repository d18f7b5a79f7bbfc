package io.parlance.runtime;

import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * What one run gave. Owns the tensors that the run allocated and closes them; pinned outputs are
 * the caller's own tensors and stay open.
 */
public final class Outputs implements AutoCloseable {
  private final Map<String, Tensor> tensors;
  private final Set<String> pinned;

  Outputs(Map<String, Tensor> tensors, Set<String> pinned) {
    this.tensors = Collections.unmodifiableMap(tensors);
    this.pinned = pinned;
  }

  /**
   * One output.
   *
   * @throws IllegalArgumentException if the run was not asked for it
   */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no output '" + name + "' in this run; there are " + tensors.keySet());
    }
    return tensor;
  }

  /** Names of the outputs in this run, in the order they were asked for. */
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public void close() {
    tensors.forEach(
        (name, tensor) -> {
          if (!pinned.contains(name)) {
            tensor.close();
          }
        });
  }
}
