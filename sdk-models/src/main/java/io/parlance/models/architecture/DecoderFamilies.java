package io.parlance.models.architecture;

import io.parlance.model.ModelConfig;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The families of decoders, and what is built of the same layers. */
final class DecoderFamilies {

  private static final Map<String, Architectures.Builder> BUILDERS = new TreeMap<>();

  static {
    add(Gpt2.ARCHITECTURES, Gpt2Config::from);
    add(Gpt3Config.ARCHITECTURES, Gpt3Config::from);
    add(GptNeoConfig.ARCHITECTURES, GptNeoConfig::from);
    add(GptNeoXConfig.ARCHITECTURES, GptNeoXConfig::from);
    add(OpenAiGptConfig.ARCHITECTURES, OpenAiGptConfig::from);
    add(OptConfig.ARCHITECTURES, OptConfig::from);
    add(BloomConfig.ARCHITECTURES, BloomConfig::from);
    add(LlamaConfig.ARCHITECTURES, LlamaConfig::from);
    add(MistralConfig.ARCHITECTURES, MistralConfig::from);
    add(MixtralConfig.ARCHITECTURES, MixtralConfig::from);
    add(Qwen2Config.ARCHITECTURES, Qwen2Config::from);
    add(Qwen2MoeConfig.ARCHITECTURES, Qwen2MoeConfig::from);
    add(GemmaConfig.ARCHITECTURES, GemmaConfig::from);
    add(Gemma2Config.ARCHITECTURES, Gemma2Config::from);
    add(PhiConfig.ARCHITECTURES, PhiConfig::from);
    add(Phi3Config.ARCHITECTURES, Phi3Config::from);
    add(GlmConfig.ARCHITECTURES, GlmConfig::from);
    BUILDERS.put(
        GlmBlankInfillingConfig.ARCHITECTURE,
        (config, weights) -> GlmBlankInfillingConfig.from(config).model());
    BUILDERS.put(ExpertLayer.MIXTRAL, (config, weights) -> ExpertLayer.mixtral(config));
    BUILDERS.put(ExpertLayer.SWITCH, (config, weights) -> ExpertLayer.switching(config));
  }

  private DecoderFamilies() {}

  private static void add(
      Map<Head, String> architectures, Function<ModelConfig, DecoderConfig> family) {
    architectures.forEach(
        (head, name) -> BUILDERS.put(name, (config, weights) -> family.apply(config).model(head)));
  }

  /** How the models are made from {@code config.json}, by architecture. */
  static Map<String, Architectures.Builder> builders() {
    return Collections.unmodifiableMap(BUILDERS);
  }
}
