package io.parlance.models.architecture;

import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds the model that a {@code config.json} names. */
public final class Architectures {

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
          config + " names no class under 'architectures'; known are " + new TreeSet<>(names()));
    }
    String name = config.architectures().get(0);
    for (BertHead head : BertHead.values()) {
      if (head.architecture().equals(name)) {
        boolean pooler =
            weights.isEmpty() || weights.stream().anyMatch(w -> w.endsWith("pooler.dense.weight"));
        try {
          return head.model(BertConfig.from(config), pooler);
        } catch (IllegalArgumentException e) {
          throw new ModelUnusableException(config + ": " + e.getMessage(), e);
        }
      }
    }
    throw new ModelUnusableException(
        config
            + ": architecture '"
            + name
            + "' cannot be built; known are "
            + new TreeSet<>(names()));
  }

  /** The names of all architectures that can be built. */
  public static List<String> names() {
    List<String> names = new ArrayList<>();
    for (BertHead head : BertHead.values()) {
      names.add(head.architecture());
    }
    return names;
  }
}
