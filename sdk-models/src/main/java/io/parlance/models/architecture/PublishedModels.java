package io.parlance.models.architecture;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The published configurations by name, each as the model whose parameters are usually counted: the
 * body of encoders, the language model of decoders, text generation of encoder-decoders. They hold
 * no weights.
 */
public final class PublishedModels {

  private static final Map<String, Supplier<PretrainedModel>> MODELS = new TreeMap<>();

  /** The band of GPT-3's banded layers is not published; it adds no parameters. */
  static final long GPT3_BAND = 256;

  static {
    body("bert-base", BertConfig::base);
    body("bert-large", BertConfig::large);
    body("roberta-base", RobertaConfig::base);
    body("roberta-large", RobertaConfig::large);
    body("xlm-roberta-base", RobertaConfig::xlmBase);
    body("xlm-roberta-large", RobertaConfig::xlmLarge);
    body("distilbert-base", DistilBertConfig::base);
    body("albert-base", AlbertConfig::base);
    body("albert-large", AlbertConfig::large);
    body("albert-xlarge", AlbertConfig::xlarge);
    body("albert-xxlarge", AlbertConfig::xxlarge);
    body("electra-small", ElectraConfig::small);
    body("electra-base", ElectraConfig::base);
    body("electra-large", ElectraConfig::large);
    body("mpnet-base", MpnetConfig::base);
    body("deberta-v2-xlarge", DebertaConfig::v2Xlarge);
    body("deberta-v2-xxlarge", DebertaConfig::v2Xxlarge);
    body("deberta-v3-xsmall", DebertaConfig::v3Xsmall);
    body("deberta-v3-small", DebertaConfig::v3Small);
    body("deberta-v3-base", DebertaConfig::v3Base);
    body("deberta-v3-large", DebertaConfig::v3Large);
    body("spanbert-base", SpanBertConfig::base);
    body("spanbert-large", SpanBertConfig::large);
    body("xlnet-base", XlnetConfig::base);
    body("xlnet-large", XlnetConfig::large);
    body("modernbert-base", ModernBertConfig::base);
    body("modernbert-large", ModernBertConfig::large);
    MODELS.put("lstm-small", () -> RecurrentConfig.small().model());
    MODELS.put("lstm-medium", () -> RecurrentConfig.medium().model());
    MODELS.put("lstm-large", () -> RecurrentConfig.large().model());
    gpts();
    llamas();
    others();
    translators();
  }

  private PublishedModels() {}

  private static void gpts() {
    decoder("gpt", OpenAiGptConfig::gpt);
    decoder("gpt2", Gpt2Config::small);
    decoder("gpt2-medium", Gpt2Config::medium);
    decoder("gpt2-large", Gpt2Config::large);
    decoder("gpt2-xl", Gpt2Config::extraLarge);
    decoder("gpt3-125m", () -> Gpt3Config.gpt3_125m(GPT3_BAND));
    decoder("gpt3-1.3b", () -> Gpt3Config.gpt3_1300m(GPT3_BAND));
    decoder("gpt3-6.7b", () -> Gpt3Config.gpt3_6700m(GPT3_BAND));
    decoder("gpt3-175b", () -> Gpt3Config.gpt3_175b(GPT3_BAND));
    decoder("gpt-neo-125m", GptNeoConfig::gptNeo125m);
    decoder("gpt-neo-1.3b", GptNeoConfig::gptNeo1300m);
    decoder("gpt-neo-2.7b", GptNeoConfig::gptNeo2700m);
    decoder("gpt-neox-20b", GptNeoXConfig::gptNeoX20b);
    decoder("pythia-160m", GptNeoXConfig::pythia160m);
    decoder("opt-125m", OptConfig::opt125m);
    decoder("opt-350m", OptConfig::opt350m);
    decoder("opt-1.3b", OptConfig::opt1300m);
    decoder("opt-2.7b", OptConfig::opt2700m);
    decoder("opt-6.7b", OptConfig::opt6700m);
    decoder("opt-13b", OptConfig::opt13b);
    decoder("opt-30b", OptConfig::opt30b);
    decoder("opt-66b", OptConfig::opt66b);
    decoder("opt-175b", OptConfig::opt175b);
    decoder("bloom-560m", BloomConfig::bloom560m);
    decoder("bloom-1b1", BloomConfig::bloom1100m);
    decoder("bloom-1b7", BloomConfig::bloom1700m);
    decoder("bloom-3b", BloomConfig::bloom3b);
    decoder("bloom-7b1", BloomConfig::bloom7100m);
    decoder("bloom-176b", BloomConfig::bloom176b);
  }

  private static void llamas() {
    decoder("llama-7b", LlamaConfig::llama_7b);
    decoder("llama-13b", LlamaConfig::llama_13b);
    decoder("llama-33b", LlamaConfig::llama_33b);
    decoder("llama-65b", LlamaConfig::llama_65b);
    decoder("llama2-7b", LlamaConfig::llama2_7b);
    decoder("llama2-13b", LlamaConfig::llama2_13b);
    decoder("llama2-70b", LlamaConfig::llama2_70b);
    decoder("llama3-8b", LlamaConfig::llama3_8b);
    decoder("llama3.1-8b", LlamaConfig::llama31_8b);
    decoder("llama3.1-70b", LlamaConfig::llama31_70b);
    decoder("llama3.1-405b", LlamaConfig::llama31_405b);
    decoder("llama3.2-1b", LlamaConfig::llama32_1b);
    decoder("llama3.2-3b", LlamaConfig::llama32_3b);
  }

  private static void others() {
    decoder("mistral-7b", MistralConfig::mistral7b);
    decoder("mixtral-8x7b", MixtralConfig::mixtral8x7b);
    decoder("qwen2-0.5b", Qwen2Config::qwen2_500m);
    decoder("qwen1.5-moe-a2.7b", Qwen2MoeConfig::qwen15MoeA2700m);
    decoder("gemma-2b", GemmaConfig::gemma2b);
    decoder("gemma-7b", GemmaConfig::gemma7b);
    decoder("gemma2-2b", Gemma2Config::gemma2_2b);
    decoder("phi-2", PhiConfig::phi2);
    decoder("phi-3-mini", Phi3Config::mini);
    decoder("glm-4-9b", GlmConfig::glm4_9b);
    MODELS.put("glm-base", () -> GlmBlankInfillingConfig.base().model());
    MODELS.put("glm-large", () -> GlmBlankInfillingConfig.large().model());
    MODELS.put("glm-10b", () -> GlmBlankInfillingConfig.glm10b().model());
  }

  private static void translators() {
    generation("t5-small", T5Config::small);
    generation("t5-base", T5Config::base);
    generation("t5-large", T5Config::large);
    generation("t5-3b", T5Config::t5_3b);
    generation("t5-11b", T5Config::t5_11b);
    generation("t5-v1_1-small", T5Config::v1_1Small);
    generation("t5-v1_1-base", T5Config::v1_1Base);
    generation("t5-v1_1-large", T5Config::v1_1Large);
    generation("t5-v1_1-xl", T5Config::v1_1ExtraLarge);
    generation("t5-v1_1-xxl", T5Config::v1_1ExtraExtraLarge);
    generation("mt5-small", T5Config::mt5Small);
    generation("mt5-base", T5Config::mt5Base);
    generation("mt5-large", T5Config::mt5Large);
    generation("bart-base", BartConfig::base);
    generation("bart-large", BartConfig::large);
  }

  private static void body(String name, Supplier<? extends EncoderConfig<?>> config) {
    MODELS.put(name, () -> config.get().model(Head.BODY));
  }

  private static void decoder(String name, Supplier<? extends DecoderConfig> config) {
    MODELS.put(name, () -> config.get().model(Head.CAUSAL_LM));
  }

  private static void generation(String name, Supplier<? extends EncoderDecoderConfig> config) {
    MODELS.put(name, () -> config.get().model(Head.CONDITIONAL_GENERATION));
  }

  /** All names, sorted. */
  public static List<String> names() {
    return List.copyOf(MODELS.keySet());
  }

  /** The model of this name, such as {@code llama3.1-405b}, in any case; empty if there is none. */
  public static Optional<PretrainedModel> find(String name) {
    return Optional.ofNullable(MODELS.get(name.toLowerCase(Locale.ROOT))).map(Supplier::get);
  }
}
