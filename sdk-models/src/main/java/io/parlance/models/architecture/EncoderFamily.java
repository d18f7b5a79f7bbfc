package io.parlance.models.architecture;

import io.parlance.model.ModelConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The classes of a family of encoders, under the names that {@code config.json} has for them.
 *
 * @param modelType {@code model_type}
 * @param name how the names of its classes begin
 * @param heads the heads that it has
 * @param irregular the class names that do not follow from the head
 * @param published the configuration that a new model of this family starts from
 * @param reader makes an encoder of a configuration
 */
record EncoderFamily(
    String modelType,
    String name,
    Set<Head> heads,
    Map<Head, String> irregular,
    Supplier<EncoderConfig<?>> published,
    Function<ModelConfig, Encoder> reader) {

  private static final Pattern POOLER = Pattern.compile("(.*\\.)?pooler(\\.dense)?\\.weight");

  /**
   * The class with this head.
   *
   * @throws IllegalArgumentException if there is none
   */
  String className(Head head) {
    if (!heads.contains(head)) {
      throw new IllegalArgumentException(
          name + " has no head " + head + "; it has " + heads.stream().sorted().toList());
    }
    return irregular.getOrDefault(head, name + head.suffix());
  }

  /** How models of its classes are made from {@code config.json}. */
  Map<String, Architectures.Builder> builders() {
    Map<String, Architectures.Builder> builders = new LinkedHashMap<>();
    for (Head head : heads) {
      builders.put(
          className(head),
          (config, weights) ->
              new EncoderModel(reader.apply(config), head, weights.isEmpty() || pools(weights)));
    }
    return builders;
  }

  private static boolean pools(Set<String> weights) {
    return weights.stream().anyMatch(POOLER.asMatchPredicate());
  }
}
