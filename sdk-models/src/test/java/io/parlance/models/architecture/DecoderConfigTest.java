package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.RotaryScaling;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderConfigTest {

  /** Counting takes time for the layers, not for what they hold. */
  @Test
  void countsWithoutAllocating() {
    PretrainedModel model = LlamaConfig.llama31_405b().model(Head.CAUSAL_LM);
    assertTimeout(
        Duration.ofSeconds(2),
        () -> assertThat(model.parameterCount()).isGreaterThan(400_000_000_000L));
  }

  static Stream<PretrainedModel> models() {
    Labels labels = new Labels(List.of("no", "yes"), Labels.ProblemType.MULTI_LABEL_CLASSIFICATION);
    return Stream.of(
        Gpt2Config.small().model(Head.CAUSAL_LM),
        Gpt2Config.medium().model(Head.DOUBLE_HEADS),
        OpenAiGptConfig.gpt().model(Head.CAUSAL_LM),
        Gpt3Config.gpt3_125m(64).model(Head.CAUSAL_LM),
        GptNeoConfig.gptNeo125m().model(Head.CAUSAL_LM),
        GptNeoXConfig.pythia160m().model(Head.TOKEN_CLASSIFICATION),
        OptConfig.opt350m().model(Head.CAUSAL_LM),
        BloomConfig.bloom560m().model(Head.SEQUENCE_CLASSIFICATION),
        LlamaConfig.llama31_8b().model(Head.CAUSAL_LM),
        MistralConfig.mistral7b().model(Head.BODY),
        MixtralConfig.mixtral8x7b().model(Head.CAUSAL_LM),
        Qwen2Config.qwen2_500m().model(Head.CAUSAL_LM),
        Qwen2MoeConfig.qwen15MoeA2700m().model(Head.CAUSAL_LM),
        GemmaConfig.gemma2b().model(Head.CAUSAL_LM),
        Gemma2Config.gemma2_2b().model(Head.CAUSAL_LM),
        PhiConfig.phi2().model(Head.CAUSAL_LM),
        Phi3Config.mini().model(Head.CAUSAL_LM),
        GlmConfig.glm4_9b().model(Head.CAUSAL_LM),
        GlmBlankInfillingConfig.base().model(),
        Qwen2Config.qwen2_500m().model(Head.QUESTION_ANSWERING));
  }

  @ParameterizedTest
  @MethodSource("models")
  void readsBackWhatItWrites(PretrainedModel model) {
    JsonObject written = model.configuration();
    PretrainedModel read = Architectures.of(ModelConfig.of("config.json", written), Set.of());
    assertThat(read.configuration()).isEqualTo(written);
    assertThat(read.architecture()).isEqualTo(model.architecture());
    assertThat(read.parameterCount()).isEqualTo(model.parameterCount());
  }

  /** The class for questions calls the body otherwise in some families. */
  @Test
  void namesTheBodyAsTheReferenceDoes() {
    assertThat(LlamaConfig.llama32_1b().model(Head.QUESTION_ANSWERING).parameters())
        .containsKeys("transformer.embed_tokens.weight", "qa_outputs.bias");
    assertThat(MistralConfig.mistral7b().model(Head.QUESTION_ANSWERING).parameters())
        .containsKeys("model.embed_tokens.weight", "qa_outputs.bias");
    assertThat(LlamaConfig.llama32_1b().model(Head.TOKEN_CLASSIFICATION).parameters())
        .containsKeys("model.embed_tokens.weight", "score.bias");
  }

  /** transformers 4 and 5 say the same in different keys. */
  @Test
  void readsBothDialects() {
    LlamaConfig fourth =
        LlamaConfig.from(
            config(
                "{'rope_theta': 500000.0, 'rope_scaling': {'rope_type': 'llama3', 'factor': 8.0,"
                    + " 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,"
                    + " 'original_max_position_embeddings': 8192}, 'torch_dtype': 'bfloat16'}"));
    LlamaConfig fifth =
        LlamaConfig.from(
            config(
                "{'rope_parameters': {'rope_theta': 500000.0, 'rope_type': 'llama3', 'factor': 8.0,"
                    + " 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,"
                    + " 'original_max_position_embeddings': 8192}, 'dtype': 'bfloat16'}"));
    assertThat(fifth).isEqualTo(fourth);
    assertThat(fourth.common().rotary())
        .isEqualTo(new RotarySettings(500000, 1, new RotaryScaling.Llama3(8, 1, 4, 8192)));
    assertThat(GptNeoXConfig.from(config("{'rotary_pct': 0.5, 'rotary_emb_base': 20000}")))
        .isEqualTo(
            GptNeoXConfig.from(
                config(
                    "{'rope_parameters': {'rope_type': 'default', 'partial_rotary_factor': 0.5,"
                        + " 'rope_theta': 20000}}")));
  }

  /** transformers 5 lists what each layer sees. */
  @Test
  void refusesWindowsInOtherLayers() {
    String types = "{'layer_types': ['%s', 'full_attention']}";
    assertThat(Gemma2Config.from(config(types.formatted("sliding_attention"))).window())
        .isEqualTo(4096);
    assertThatThrownBy(() -> Gemma2Config.from(config(types.formatted("full_attention"))))
        .hasMessageContaining("layer_types[0] is 'full_attention', expected 'sliding_attention'");
    assertThat(Qwen2Config.from(config(types.formatted("full_attention"))).window()).isZero();
    assertThatThrownBy(() -> Qwen2Config.from(config(types.formatted("sliding_attention"))))
        .hasMessageContaining("layer_types[0] is 'sliding_attention', expected 'full_attention'");
  }

  @Test
  void takesEndTokensAsNumberOrList() {
    assertThat(LlamaConfig.from(config("{'eos_token_id': 7}")).common().tokens().end())
        .containsExactly(7);
    LlamaConfig several = LlamaConfig.from(config("{'eos_token_id': [7, 9]}"));
    assertThat(several.common().tokens().end()).containsExactly(7, 9);
    assertThat(several.model(Head.CAUSAL_LM).configuration().get("eos_token_id"))
        .isEqualTo(JsonParser.parseString("[7, 9]"));
  }

  @Test
  void refusesWhatCannotBe() {
    Map.of(
            "{'hidden_size': 50, 'num_attention_heads': 3}",
            "hidden_size 50 is not a multiple of num_attention_heads 3",
            "{'num_attention_heads': 4, 'num_key_value_heads': 3}",
            "num_attention_heads 4 is not a multiple of num_key_value_heads 3",
            "{'hidden_act': 'gelloo'}",
            "activation 'gelloo' is unknown",
            "{'rope_scaling': {'type': 'spiral', 'factor': 2}}",
            "has type 'spiral'; built are default, linear, dynamic, llama3, yarn and longrope",
            "{'rope_scaling': {'type': 'longrope', 'short_factor': 'x', 'factor': 2}}",
            "'short_factor' must be a list of numbers",
            "{'rope_scaling': {'type': 'linear'}}",
            "'rope_scaling' has no 'factor'",
            "{'rope_scaling': {'type': 'linear', 'factor': 0.5}}",
            "the factor of a rope scaling is 0.5, expected at least 1")
        .forEach(
            (json, message) ->
                assertThatThrownBy(
                        () ->
                            Architectures.of(
                                config(
                                    "{'architectures': ['LlamaForCausalLM'], " + json.substring(1)),
                                Set.of()))
                    .isInstanceOf(ModelUnusableException.class)
                    .hasMessageContaining(message));
    assertThatThrownBy(() -> Gpt3Config.from(config("{}")))
        .hasMessageContaining("attention_window is missing");
    assertThatThrownBy(() -> Gpt2Config.small().model(Head.MASKED_LM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gpt2 has no head MASKED_LM; it has [");
  }

  private static ModelConfig config(String json) {
    return ModelConfig.of(
        "config.json", JsonParser.parseString(json.replace('\'', '"')).getAsJsonObject());
  }
}
