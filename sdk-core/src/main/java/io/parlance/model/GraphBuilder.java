package io.parlance.model;

import io.parlance.ModelUnusableException;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * Runs model folders that hold weights but no graph: {@code config.json} and {@code
 * model.safetensors}. Found by {@link ServiceLoader}; {@code sdk-models} brings one.
 * Implementations are thread-safe.
 */
public interface GraphBuilder {

  /**
   * The graphs that can be built for a model, by file name without suffix, for example {@link
   * ModelFolder#MODEL}.
   *
   * @throws ModelUnusableException if the architecture is unknown or its configuration is wrong
   */
  Set<String> roles(ModelConfig config);

  /**
   * Builds a graph and loads it.
   *
   * @param folder the folder with configuration and weights
   * @param role one of {@link #roles}
   * @return to be closed by the caller
   * @throws ModelUnusableException if the weights cannot be read or do not fit the configuration
   */
  Session load(Path folder, String role, SessionOptions options);

  /** The builder on the class path, if there is one. */
  static Optional<GraphBuilder> find() {
    try {
      return ServiceLoader.load(GraphBuilder.class, GraphBuilder.class.getClassLoader())
          .findFirst();
    } catch (ServiceConfigurationError e) {
      throw new ModelUnusableException("the graph builder on the class path is broken: " + e, e);
    }
  }
}
