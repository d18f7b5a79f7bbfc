package io.parlance.models.architecture;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
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
   * @param config the contents of {@code config.json}
   * @param weights the names of the weights at hand; they tell what the configuration does not,
   *     such as whether there is a pooler. Empty for a model that gets new weights
   * @throws IllegalArgumentException if {@code architectures} is missing or names none that can be
   *     built, or a value of the configuration is wrong
   */
  public static PretrainedModel of(JsonObject config, Set<String> weights) {
    String name = architecture(config);
    for (BertHead head : BertHead.values()) {
      if (head.architecture().equals(name)) {
        boolean pooler =
            weights.isEmpty() || weights.stream().anyMatch(w -> w.endsWith("pooler.dense.weight"));
        return head.model(BertConfig.from(config), pooler);
      }
    }
    throw new IllegalArgumentException(
        "config.json: architecture '"
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

  private static String architecture(JsonObject config) {
    JsonElement list = config.get("architectures");
    if (list == null || !list.isJsonArray() || list.getAsJsonArray().isEmpty()) {
      throw new IllegalArgumentException(
          "config.json: architectures is " + list + ", expected a list with one class name");
    }
    return list.getAsJsonArray().get(0).getAsString();
  }
}
