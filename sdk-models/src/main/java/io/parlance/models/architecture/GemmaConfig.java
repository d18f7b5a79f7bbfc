package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.RmsNorm;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Gemma (Gemma Team 2024, arXiv:2403.08295): LLaMA with wide heads, gates by GELU, embeddings
 * scaled by the root of their width, and norms whose weights are stored less 1. The keys of {@code
 * config.json} and their defaults are those of {@code transformers}' GemmaConfig.
 *
 * @param common what it shares with LLaMA
 * @param attentionBias {@code attention_bias}: whether attention's projections have biases
 */
public record GemmaConfig(RotaryDecoderConfig common, boolean attentionBias)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES = RotaryDecoderConfig.architectures("Gemma");

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          256000,
          3072,
          24576,
          28,
          16,
          OptionalInt.of(16),
          OptionalLong.of(256),
          "gelu_pytorch_tanh",
          8192,
          0.02,
          1e-6,
          true,
          0,
          RotarySettings.of(10000),
          SpecialTokens.of(2, 1, 0),
          Labels.DEFAULT);

  /** Gemma 2B: 18 layers, 2048 wide, 8 heads that share one key and value. */
  public static GemmaConfig gemma2b() {
    return from(
        Presets.of(
            "Gemma 2B",
            "hidden_size",
            2048,
            "intermediate_size",
            16384,
            "num_hidden_layers",
            18,
            "num_attention_heads",
            8,
            "num_key_value_heads",
            1));
  }

  /** Gemma 7B: 28 layers, 3072 wide, 16 heads. */
  public static GemmaConfig gemma7b() {
    return from(Presets.of("Gemma 7B"));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static GemmaConfig from(ModelConfig config) {
    return new GemmaConfig(
        RotaryDecoderConfig.read(config, DEFAULTS)
            // early files say "gelu" and mean this one, as the reference reads them
            .withActivation(config.string("hidden_activation").orElse(DEFAULTS.activation())),
        config.flag("attention_bias").orElse(false));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' GemmaModel. */
  record Body(GemmaConfig config) implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("gemma", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      json.addProperty("hidden_activation", config.common.activation());
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
    public boolean outputBias() {
      return config.attentionBias;
    }

    @Override
    public double embeddingScale() {
      return Math.sqrt(config.common.hiddenSize());
    }

    @Override
    public Value norm(Scope scope, Value x) {
      return RmsNorm.applyOffset(scope, x, config.common.normEpsilon());
    }
  }
}
