package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.tanh;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.RmsNorm;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Gemma 2 (Gemma Team 2024, arXiv:2408.00118): Gemma with norms before and after each sublayer,
 * scores kept small by tanh, and a window in every other layer. The keys of {@code config.json} and
 * their defaults are those of {@code transformers}' Gemma2Config.
 *
 * @param common what it shares with LLaMA
 * @param attentionBias {@code attention_bias}: whether attention's projections have biases
 * @param window {@code sliding_window}: how many tokens a token sees in layers 0, 2, ..., itself
 *     included; 0 for all
 * @param queryWidth {@code query_pre_attn_scalar}: scores are divided by its root
 * @param scoreCap {@code attn_logit_softcapping}: the bound of scores; 0 for none
 * @param outputCap {@code final_logit_softcapping}: the bound of the output; 0 for none
 */
public record Gemma2Config(
    RotaryDecoderConfig common,
    boolean attentionBias,
    long window,
    double queryWidth,
    double scoreCap,
    double outputCap)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES = RotaryDecoderConfig.architectures("Gemma2");

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          256000,
          2304,
          9216,
          26,
          8,
          OptionalInt.of(4),
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

  /** Gemma 2 2B: 26 layers, 2304 wide, 8 heads that share 4 keys and values. */
  public static Gemma2Config gemma2_2b() {
    return from(Presets.of("Gemma 2 2B"));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static Gemma2Config from(ModelConfig config) {
    RotaryDecoderConfig.requireWindows(config, layer -> layer % 2 == 0);
    return new Gemma2Config(
        RotaryDecoderConfig.read(config, DEFAULTS),
        config.flag("attention_bias").orElse(false),
        RotaryDecoderConfig.window(config, 4096),
        config.number("query_pre_attn_scalar").orElse(256),
        config.has("attn_logit_softcapping")
            ? config.number("attn_logit_softcapping").orElse(0)
            : 50,
        config.has("final_logit_softcapping")
            ? config.number("final_logit_softcapping").orElse(0)
            : 30);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' Gemma2Model. */
  record Body(Gemma2Config config) implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("gemma2", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      json.addProperty("hidden_activation", config.common.activation());
      json.addProperty("attention_bias", config.attentionBias);
      RotaryDecoderConfig.writeWindow(json, config.window);
      json.addProperty("query_pre_attn_scalar", config.queryWidth);
      json.add(
          "attn_logit_softcapping",
          config.scoreCap == 0 ? JsonNull.INSTANCE : new JsonPrimitive(config.scoreCap));
      json.add(
          "final_logit_softcapping",
          config.outputCap == 0 ? JsonNull.INSTANCE : new JsonPrimitive(config.outputCap));
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
    public CausalAttention scores(int layer) {
      return new CausalAttention(
          1 / Math.sqrt(config.queryWidth),
          config.scoreCap,
          layer % 2 == 0 ? config.window : 0,
          config.common.attentionDropout());
    }

    @Override
    public double embeddingScale() {
      return Math.sqrt(config.common.hiddenSize());
    }

    @Override
    public Value norm(Scope scope, Value x) {
      return RmsNorm.applyOffset(scope, x, config.common.normEpsilon());
    }

    @Override
    public Value layer(Scope scope, int layer, Value x, Call call) {
      Value first = scope.in("input_layernorm", s -> norm(s, x));
      Value context = scope.in("self_attn", s -> attention(s, layer, first, call));
      Value attended = add(x, scope.in("post_attention_layernorm", s -> norm(s, context)));
      Value second = scope.in("pre_feedforward_layernorm", s -> norm(s, attended));
      Value widened = feedForward(scope, layer, second, call);
      return add(attended, scope.in("post_feedforward_layernorm", s -> norm(s, widened)));
    }

    @Override
    public Value logits(Scope root, Scope body, Value hidden) {
      Value scores = LlamaDecoder.super.logits(root, body, hidden);
      double cap = config.outputCap;
      return cap == 0 ? scores : mul(tanh(mul(scores, 1 / cap)), cap);
    }
  }
}
