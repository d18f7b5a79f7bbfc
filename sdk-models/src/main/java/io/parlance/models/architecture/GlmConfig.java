package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.RotaryEmbedding;
import io.parlance.models.nn.RotaryScaling;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * GLM-4 (Team GLM 2024, arXiv:2406.12793) as {@code transformers} spells it: LLaMA with half of
 * each head rotated by neighbouring pairs, and gate and up projection in one. The keys of {@code
 * config.json} and their defaults are those of {@code transformers}' GlmConfig.
 *
 * @param common what it shares with LLaMA
 * @param attentionBias {@code attention_bias}: whether queries, keys and values have biases
 */
public record GlmConfig(RotaryDecoderConfig common, boolean attentionBias)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES = RotaryDecoderConfig.architectures("Glm");

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          151552,
          4096,
          13696,
          40,
          32,
          OptionalInt.of(2),
          OptionalLong.of(128),
          "silu",
          131072,
          0.02,
          1.5625e-7,
          false,
          0,
          new RotarySettings(10000, 0.5, RotaryScaling.NONE),
          new SpecialTokens(
              OptionalInt.empty(), List.of(151329, 151336, 151338), OptionalInt.of(151329)),
          Labels.DEFAULT);

  /** GLM-4 9B: 40 layers, 4096 wide, 32 heads that share 2 keys and values. */
  public static GlmConfig glm4_9b() {
    return from(Presets.of("GLM-4 9B"));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static GlmConfig from(ModelConfig config) {
    return new GlmConfig(
        RotaryDecoderConfig.read(config, DEFAULTS), config.flag("attention_bias").orElse(true));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' GlmModel. */
  record Body(GlmConfig config) implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("glm", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      json.addProperty("attention_bias", config.attentionBias);
    }

    @Override
    public RotaryDecoderConfig common() {
      return config.common;
    }

    @Override
    public boolean attentionBias() {
      return config.attentionBias;
    }

    @Override
    public RotaryEmbedding rotary() {
      return config.common.rotary().interleaved(config.common.width());
    }

    @Override
    public Value feedForward(Scope scope, int layer, Value x, Call call) {
      return scope.in(
          "mlp",
          s ->
              gate(config.common.intermediateSize())
                  .applyFusedGated(s, x, "gate_up_proj", "down_proj"));
    }
  }
}
