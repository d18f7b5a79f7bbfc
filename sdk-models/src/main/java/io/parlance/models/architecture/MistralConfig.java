package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.CausalAttention;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Mistral (Jiang et al. 2023, arXiv:2310.06825): LLaMA with attention to a window of tokens. The
 * keys of {@code config.json} and their defaults are those of {@code transformers}' MistralConfig.
 *
 * @param common what it shares with LLaMA
 * @param window {@code sliding_window}: how many tokens a token sees, itself included; 0 for all
 */
public record MistralConfig(RotaryDecoderConfig common, long window) implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES =
      RotaryDecoderConfig.architectures("Mistral", Head.QUESTION_ANSWERING);

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          32000,
          4096,
          14336,
          32,
          32,
          OptionalInt.of(8),
          OptionalLong.empty(),
          "silu",
          131072,
          0.02,
          1e-6,
          false,
          0,
          RotarySettings.of(10000),
          SpecialTokens.of(1, 2),
          Labels.DEFAULT);

  /** Mistral 7B: 32 layers, 4096 wide, 32 heads that share 8 keys and values. */
  public static MistralConfig mistral7b() {
    return from(Presets.of("Mistral 7B", "rms_norm_eps", 1e-5, "max_position_embeddings", 32768));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static MistralConfig from(ModelConfig config) {
    return new MistralConfig(
        RotaryDecoderConfig.read(config, DEFAULTS), RotaryDecoderConfig.window(config, 4096));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' MistralModel. */
  record Body(MistralConfig config) implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("mistral", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      RotaryDecoderConfig.writeWindow(json, config.window);
    }

    @Override
    public RotaryDecoderConfig common() {
      return config.common;
    }

    @Override
    public CausalAttention scores(int layer) {
      return config.common.scores().window(config.window);
    }
  }
}
