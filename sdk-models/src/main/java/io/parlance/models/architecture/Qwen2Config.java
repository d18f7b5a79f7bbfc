package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.CausalAttention;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Qwen2 and Qwen2.5 (Yang et al. 2024, arXiv:2407.10671): LLaMA with biases on queries, keys and
 * values. The keys of {@code config.json} and their defaults are those of {@code transformers}'
 * Qwen2Config.
 *
 * @param common what it shares with LLaMA
 * @param window {@code sliding_window} where {@code use_sliding_window} is set: how many tokens a
 *     token sees in the upper layers, itself included; 0 for all
 * @param fullLayers {@code max_window_layers}: how many layers at the bottom have no window
 */
public record Qwen2Config(RotaryDecoderConfig common, long window, int fullLayers)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES =
      RotaryDecoderConfig.architectures("Qwen2", Head.QUESTION_ANSWERING);

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          151936,
          4096,
          22016,
          32,
          32,
          OptionalInt.of(32),
          OptionalLong.empty(),
          "silu",
          32768,
          0.02,
          1e-6,
          false,
          0,
          RotarySettings.of(10000),
          SpecialTokens.NONE,
          Labels.DEFAULT);

  /** Qwen2.5 0.5B: 24 layers, 896 wide, 14 heads that share 2 keys and values; tied. */
  public static Qwen2Config qwen2_500m() {
    return from(
        Presets.of(
            "Qwen2 0.5B",
            "hidden_size",
            896,
            "intermediate_size",
            4864,
            "num_hidden_layers",
            24,
            "num_attention_heads",
            14,
            "num_key_value_heads",
            2,
            "rope_theta",
            1e6,
            "tie_word_embeddings",
            true));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static Qwen2Config from(ModelConfig config) {
    boolean windowed = config.flag("use_sliding_window").orElse(false);
    long window = windowed ? RotaryDecoderConfig.window(config, 4096) : 0;
    int fullLayers = config.integer("max_window_layers").orElse(28);
    RotaryDecoderConfig.requireWindows(config, layer -> window > 0 && layer >= fullLayers);
    return new Qwen2Config(RotaryDecoderConfig.read(config, DEFAULTS), window, fullLayers);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' Qwen2Model. */
  record Body(Qwen2Config config) implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("qwen2", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      RotaryDecoderConfig.writeWindow(json, config.window);
      json.addProperty("use_sliding_window", config.window > 0);
      json.addProperty("max_window_layers", config.fullLayers);
    }

    @Override
    public RotaryDecoderConfig common() {
      return config.common;
    }

    @Override
    public CausalAttention scores(int layer) {
      return config.common.scores().window(layer < config.fullLayers ? 0 : config.window);
    }

    @Override
    public boolean attentionBias() {
      return true;
    }
  }
}
