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
    for (String type : T5Config.TYPES) {
      T5.architectures(type)
          .forEach(
              (head, name) ->
                  add(name, head, (config, weights) -> new T5(T5Config.from(config, weights))));
    }
    add(BartConfig.FAMILY, config -> BartConfig.from(config).layers());
    add(MbartConfig.FAMILY, config -> MbartConfig.from(config).layers());
    add(PegasusConfig.FAMILY, config -> PegasusConfig.from(config).layers());
    add(MarianConfig.FAMILY, config -> MarianConfig.from(config).layers());
    add(M2m100Config.FAMILY, config -> M2m100Config.from(config).layers());
  }

  private EncoderDecoderFamilies() {}

  private static void add(BartFamily family, Function<ModelConfig, EncoderDecoder> reader) {
    family
        .architectures()
        .forEach((head, name) -> add(name, head, (config, weights) -> reader.apply(config)));
  }

  private static void add(
      String name, Head head, BiFunction<ModelConfig, Set<String>, EncoderDecoder> reader) {
    BUILDERS.put(
        name,
        (config, weights) ->
            new EncoderDecoderModel(
                reader.apply(config, weights), head, GenerationSettings.read(config)));
  }

  /** How the models are made from {@code config.json}, by architecture. */
  static Map<String, Architectures.Builder> builders() {
    return Collections.unmodifiableMap(BUILDERS);
  }
}
