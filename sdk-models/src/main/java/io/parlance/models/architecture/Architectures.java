package io.parlance.models.architecture;

import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Finds the model that a {@code config.json} names. */
public final class Architectures {

  /** Makes the model of one architecture. */
  interface Builder {
    /**
     * The model.
     *
     * @param weights the names of the weights at hand; empty for a model that gets new ones
     * @throws IllegalArgumentException if a value of the configuration is wrong
     */
    PretrainedModel build(ModelConfig config, Set<String> weights);
  }

  private static final Map<String, Builder> BUILDERS = new TreeMap<>();

  static {
    BUILDERS.putAll(BertHead.builders());
  }

  private Architectures() {}

  /**
   * The model of a configuration.
   *
   * @param config what {@code config.json} says
   * @param weights the names of the weights at hand; they tell what the configuration does not,
   *     such as whether there is a pooler. Empty for a model that gets new weights
   * @throws ModelUnusableException if {@code architectures} is missing or names none that can be
   *     built, or a value of the configuration is wrong
   */
  public static PretrainedModel of(ModelConfig config, Set<String> weights) {
    if (config.architectures().isEmpty()) {
      throw new ModelUnusableException(
          config + " names no class under 'architectures'; known are " + names());
    }
    String name = config.architectures().get(0);
    Builder builder = BUILDERS.get(name);
    if (builder == null) {
      throw new ModelUnusableException(
          config + ": architecture '" + name + "' cannot be built; known are " + names());
    }
    try {
      return builder.build(config, weights);
    } catch (IllegalArgumentException e) {
      throw new ModelUnusableException(config + ": " + e.getMessage(), e);
    }
  }

  /** The names of all architectures that can be built, sorted. */
  public static List<String> names() {
    return List.copyOf(BUILDERS.keySet());
  }
}
