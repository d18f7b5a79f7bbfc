package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.Dropout;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Phi-3 (Abdin et al. 2024, arXiv:2404.14219): LLaMA with fused projections and dropout on what
 * layers add. The keys of {@code config.json} and their defaults are those of {@code transformers}'
 * Phi3Config.
 *
 * @param common what it shares with LLaMA
 * @param window {@code sliding_window}: how many tokens a token sees, itself included; 0 for all
 * @param residualDropout {@code resid_pdrop}
 * @param embeddingDropout {@code embd_pdrop}
 */
public record Phi3Config(
    RotaryDecoderConfig common, long window, double residualDropout, double embeddingDropout)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES = RotaryDecoderConfig.architectures("Phi3");

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          32064,
          3072,
          8192,
          32,
          32,
          OptionalInt.empty(),
          OptionalLong.empty(),
          "silu",
          4096,
          0.02,
          1e-5,
          false,
          0,
          RotarySettings.of(10000),
          SpecialTokens.of(1, 32000, 32000),
          Labels.DEFAULT);

  /** Phi-3 mini: 32 layers, 3072 wide, 32 heads. */
  public static Phi3Config mini() {
    return from(Presets.of("Phi-3 mini"));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static Phi3Config from(ModelConfig config) {
    return new Phi3Config(
        RotaryDecoderConfig.read(config, DEFAULTS),
        RotaryDecoderConfig.window(config, 0),
        config.number("resid_pdrop").orElse(0),
        config.number("embd_pdrop").orElse(0));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' Phi3Model. */
  record Body(Phi3Config config) implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("phi3", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      RotaryDecoderConfig.writeWindow(json, config.window);
      json.addProperty("original_max_position_embeddings", config.common.positions());
      json.addProperty("resid_pdrop", config.residualDropout);
      json.addProperty("embd_pdrop", config.embeddingDropout);
    }

    @Override
    public RotaryDecoderConfig common() {
      return config.common;
    }

    @Override
    public CausalAttention scores(int layer) {
      return config.common.scores().window(config.window);
    }

    @Override
    public double embeddingDropout() {
      return config.embeddingDropout;
    }

    @Override
    public Value attention(Scope scope, int layer, Value x, Call call) {
      Value attended =
          config
              .common
              .attention(scores(layer), false, false)
              .applyFused(scope, x, "qkv_proj", call.rotary(), call.rotation(), call.sequence());
      return Dropout.apply(attended, config.residualDropout);
    }

    @Override
    public Value feedForward(Scope scope, int layer, Value x, Call call) {
      Value widened =
          scope.in(
              "mlp",
              s ->
                  gate(config.common.intermediateSize())
                      .applyFusedGated(s, x, "gate_up_proj", "down_proj"));
      return Dropout.apply(widened, config.residualDropout);
    }
  }
}
