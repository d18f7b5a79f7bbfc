package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.RotaryScaling;
import java.util.ArrayList;
import java.util.List;
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

  static final Map<Head, String> ARCHITECTURES =
      RotaryDecoderConfig.architectures("Llama", Head.QUESTION_ANSWERING);

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

  private static LlamaConfig sized(
      String name,
      int layers,
      int hidden,
      int heads,
      int keyValueHeads,
      int inner,
      Object... keys) {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "num_hidden_layers",
                layers,
                "hidden_size",
                hidden,
                "num_attention_heads",
                heads,
                "num_key_value_heads",
                keyValueHeads,
                "intermediate_size",
                inner));
    all.addAll(List.of(keys));
    return from(Presets.of(name, all.toArray()));
  }

  private static LlamaConfig second(
      String name, int layers, int hidden, int heads, int shared, int inner) {
    return sized(
        name,
        layers,
        hidden,
        heads,
        shared,
        inner,
        "max_position_embeddings",
        4096,
        "rms_norm_eps",
        1e-5);
  }

  /** LLaMA 3.1 and 3.2, stretched from 8192 to 131072 positions. */
  private static LlamaConfig third(
      String name, int layers, int hidden, int heads, int inner, double factor, boolean tied) {
    RotarySettings rotary =
        new RotarySettings(500000, 1, new RotaryScaling.Llama3(factor, 1, 4, 8192));
    JsonObject json = new JsonObject();
    rotary.write(json);
    return sized(
        name,
        layers,
        hidden,
        heads,
        8,
        inner,
        "vocab_size",
        128256,
        "max_position_embeddings",
        131072,
        "rms_norm_eps",
        1e-5,
        "bos_token_id",
        128000,
        "eos_token_id",
        128001,
        "tie_word_embeddings",
        tied,
        "rope_parameters",
        json.getAsJsonObject("rope_parameters"));
  }

  /** LLaMA 7B: 32 layers, 4096 wide, 32 heads. */
  public static LlamaConfig llama_7b() {
    return sized("LLaMA 7B", 32, 4096, 32, 32, 11008);
  }

  /** LLaMA 13B: 40 layers, 5120 wide, 40 heads. */
  public static LlamaConfig llama_13b() {
    return sized("LLaMA 13B", 40, 5120, 40, 40, 13824);
  }

  /** LLaMA 33B: 60 layers, 6656 wide, 52 heads. */
  public static LlamaConfig llama_33b() {
    return sized("LLaMA 33B", 60, 6656, 52, 52, 17920);
  }

  /** LLaMA 65B: 80 layers, 8192 wide, 64 heads. */
  public static LlamaConfig llama_65b() {
    return sized("LLaMA 65B", 80, 8192, 64, 64, 22016);
  }

  /** LLaMA 2 7B: as the first, for 4096 positions. */
  public static LlamaConfig llama2_7b() {
    return second("LLaMA 2 7B", 32, 4096, 32, 32, 11008);
  }

  /** LLaMA 2 13B: as the first, for 4096 positions. */
  public static LlamaConfig llama2_13b() {
    return second("LLaMA 2 13B", 40, 5120, 40, 40, 13824);
  }

  /** LLaMA 2 70B: 80 layers, 8192 wide, 64 heads that share 8 keys and values. */
  public static LlamaConfig llama2_70b() {
    return second("LLaMA 2 70B", 80, 8192, 64, 8, 28672);
  }

  /** LLaMA 3 8B: 32 layers, 4096 wide, 32 heads that share 8 keys and values; 8192 positions. */
  public static LlamaConfig llama3_8b() {
    return sized(
        "LLaMA 3 8B",
        32,
        4096,
        32,
        8,
        14336,
        "vocab_size",
        128256,
        "max_position_embeddings",
        8192,
        "rms_norm_eps",
        1e-5,
        "bos_token_id",
        128000,
        "eos_token_id",
        128001,
        "rope_theta",
        500000);
  }

  /** LLaMA 3.1 8B: LLaMA 3 8B for 131072 positions. */
  public static LlamaConfig llama31_8b() {
    return third("LLaMA 3.1 8B", 32, 4096, 32, 14336, 8, false);
  }

  /** LLaMA 3.1 70B: 80 layers, 8192 wide, 64 heads that share 8 keys and values. */
  public static LlamaConfig llama31_70b() {
    return third("LLaMA 3.1 70B", 80, 8192, 64, 28672, 8, false);
  }

  /** LLaMA 3.1 405B: 126 layers, 16384 wide, 128 heads that share 8 keys and values. */
  public static LlamaConfig llama31_405b() {
    return third("LLaMA 3.1 405B", 126, 16384, 128, 53248, 8, false);
  }

  /** LLaMA 3.2 1B: 16 layers, 2048 wide, 32 heads that share 8 keys and values; tied. */
  public static LlamaConfig llama32_1b() {
    return third("LLaMA 3.2 1B", 16, 2048, 32, 8192, 32, true);
  }

  /** LLaMA 3.2 3B: 28 layers, 3072 wide, 24 heads that share 8 keys and values; tied. */
  public static LlamaConfig llama32_3b() {
    return third("LLaMA 3.2 3B", 28, 3072, 24, 8192, 32, true);
  }

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
