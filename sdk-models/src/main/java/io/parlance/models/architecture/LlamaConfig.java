package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * LLaMA 1 to 3 (Touvron et al. 2023, arXiv:2302.13971 and 2307.09288; Dubey et al. 2024,
 * arXiv:2407.21783): root mean square norms before each sublayer, rotary positions, keys and values
 * shared by groups of heads, gated feed-forward layers. The keys of {@code config.json} and their
 * defaults are those of {@code transformers}' LlamaConfig.
 *
 * @param common what it shares with its relatives
 * @param attentionBias {@code attention_bias}: whether attention's projections have biases
 * @param feedForwardBias {@code mlp_bias}
 */
public record LlamaConfig(
    RotaryDecoderConfig common, boolean attentionBias, boolean feedForwardBias)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES = RotaryDecoderConfig.architectures("Llama");

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          32000,
          4096,
          11008,
          32,
          32,
          OptionalInt.empty(),
          OptionalLong.empty(),
          "silu",
          2048,
          0.02,
          1e-6,
          false,
          0,
          RotarySettings.of(10000),
          SpecialTokens.of(1, 2),
          Labels.DEFAULT);

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static LlamaConfig from(ModelConfig config) {
    return new LlamaConfig(
        RotaryDecoderConfig.read(config, DEFAULTS),
        config.flag("attention_bias").orElse(false),
        config.flag("mlp_bias").orElse(false));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' LlamaModel. */
  record Body(LlamaConfig config) implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("llama", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      json.addProperty("attention_bias", config.attentionBias);
      json.addProperty("mlp_bias", config.feedForwardBias);
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
    public boolean outputBias() {
      return config.attentionBias;
    }

    @Override
    public boolean feedForwardBias() {
      return config.feedForwardBias;
    }
  }
}
