package io.parlance.models.architecture;

import io.parlance.model.ModelConfig;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The families of encoder-decoders. */
final class EncoderDecoderFamilies {

  private static final Map<String, Architectures.Builder> BUILDERS = new TreeMap<>();

  static {
    T5Config.ARCHITECTURES.forEach((head, suffix) -> add("T5" + suffix, head, T5Config::from));
    T5Config.ARCHITECTURES.forEach((head, suffix) -> add("MT5" + suffix, head, T5Config::from));
    add(BartConfig.FAMILY, BartConfig::from);
    add(MarianConfig.FAMILY, MarianConfig::from);
  }

  private EncoderDecoderFamilies() {}

  private static void add(BartFamily family, Function<ModelConfig, EncoderDecoderConfig> reader) {
    family
        .architectures()
        .forEach((head, name) -> add(name, head, (config, weights) -> reader.apply(config)));
  }

  private static void add(
      String name, Head head, BiFunction<ModelConfig, Set<String>, EncoderDecoderConfig> reader) {
    BUILDERS.put(name, (config, weights) -> reader.apply(config, weights).model(head));
  }

  /** How the models are made from {@code config.json}, by architecture. */
  static Map<String, Architectures.Builder> builders() {
    return Collections.unmodifiableMap(BUILDERS);
  }
}
